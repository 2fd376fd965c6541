// Package bundle keeps modules that operators hand over to an agent. A bundle is a folder of
// modules with a name; a version of it is named by the digest of its files. Several versions are
// kept, of which one is used.
//
// Read makes a bundle of a folder, at the operator's end. A Keeper is the agent's: it takes pieces,
// looks whether the modules load, and remembers what is used. It loads nothing for good and starts
// no goroutine: whoever loads modules asks Take for the sources.
package bundle
