// Package output writes what commands say: deployments as lines, as JSON or quietly,
// values, errors with their hints; asks a person line by line; and has the exit codes.
//
// It never decides how a command goes on. It owns one goroutine for each line that it
// waits for, so that an interrupt is noticed meanwhile; that ends with the line.
package output
