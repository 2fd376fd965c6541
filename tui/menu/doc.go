// Package menu is a list that is searched by typing and whose rows do something:
// the help and the palette.
//
// It touches no host, reads no clock and starts no goroutine.
package menu
