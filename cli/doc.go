// Package cli is the command line: Main runs one command. Each folder below has the
// commands of one noun, or what they have in common; the root command only assembles
// them. main.go only calls Main.
//
// It decides nothing about deployments. It starts no goroutines; the packages below
// say which they own.
package cli
