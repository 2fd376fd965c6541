// Package tui is `armonic tui`: it opens the terminal UI on a fleet, and follows what is
// left running when the UI is closed.
//
// It draws nothing. It starts no goroutines.
package tui
