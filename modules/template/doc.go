// Package template renders texts in the syntax of Jinja2, as files of a host are written
// in it. The same text and values always give the same.
//
// A template reaches nothing but the values that it is given: no other file, no
// environment, no clock, nothing random. A name that has no value is an error. A template
// that is too large, too deep or does not come to an end is refused; what one expression
// may take of memory is not limited, as little as in Starlark: a module is no enemy, and the
// agent's unit has a limit. The package starts no goroutines.
package template
