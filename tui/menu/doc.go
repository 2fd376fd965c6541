// Package menu is a list that is searched by typing and whose rows do something:
// the help and the palette.
package menu
