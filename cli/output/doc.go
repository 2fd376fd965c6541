// Package output writes what commands say: deployments as lines, as JSON or quietly,
// values, errors with their hints; and has the exit codes of the program.
//
// It never asks anything and never decides how a command goes on. It starts no goroutines.
package output
