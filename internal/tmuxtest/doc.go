// Package tmuxtest runs a program in a real terminal for a test: tmux draws the
// screen, the test types and reads what a person would see.
//
// Every Terminal has a tmux server of its own, without configuration, which never
// touches another one and is gone, with the program in it, when the test ends.
// The package starts no goroutine. Only tests import it.
package tmuxtest
