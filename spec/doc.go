// Package spec holds the nouns that every part of Armonic shares, and the
// contract between those who ask for work and those who do it.
//
// Nothing here acts: no goroutine, no file, no clock, no network. Whatever
// crosses a package border (a path, a variable, a run, an event, an error) is
// defined here once, as plain data.
package spec
