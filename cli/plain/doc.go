// Package plain is the terminal UI without a screen: lines that are only appended, choices by
// number, no signs. It is for screen readers, and for terminals that can do nothing else.
//
// It asks what is wanted, and runs the commands that do it; all of them use one connection.
// It decides nothing itself, and starts no goroutines.
package plain
