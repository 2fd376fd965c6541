// Package guard keeps programs that link the terminal UI from asking the terminal
// questions before they have read their command line.
//
// The UI library's own initialisation asks the terminal for its background colour
// and waits up to five seconds for an answer, in every subcommand. This package
// answers the question beforehand. Go initialises packages in the order of their
// import paths, so the name of this one matters: it sorts before the library's.
// A test on a silent pseudo-terminal watches over it. Nothing else happens here.
package guard
