// Package cli is the command line: flags, commands, and all wiring of the other
// packages. main.go only calls Main.
//
// It decides nothing about deployments. It owns one goroutine for each command
// that reads lines from a person, so that an interrupt is noticed while it waits, and
// those that ask many hosts at once, for which it waits.
package cli
