// Package skeleton has the text that a new module begins with, and its test.
//
// It writes no file and starts no goroutine.
package skeleton
