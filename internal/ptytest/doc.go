// Package ptytest runs a program on a pseudo-terminal for a test, and keeps what it writes
// and when: for tests of what is written and in how little, and for measurements. What a
// person would see of it is internal/tmuxtest's.
//
// A Terminal has one goroutine, which reads; it ends with the program, and the program with
// the test. Only tests import it.
package ptytest
