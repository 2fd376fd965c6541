// Package prompt asks a person, line by line: for a text, for yes or no, for a secret.
//
// It does not know what is asked. It owns one goroutine for each line that it waits
// for, so that an interrupt is noticed meanwhile; that ends with the line.
package prompt
