// Package noquery keeps programs that link the terminal UI from asking the terminal
// questions before they have read their command line.
//
// The UI library's own initialisation asks the terminal for its background colour
// and waits up to five seconds for an answer, in every subcommand. This package
// answers the question beforehand. Go initialises packages in the order of their
// import paths, so where this one is matters: its path sorts before the library's.
// A test on a silent pseudo-terminal watches over it. It does nothing else and
// starts no goroutine.
package noquery
