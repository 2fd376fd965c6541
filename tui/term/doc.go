// Package term is the border between the UI library and a terminal: whole frames
// that appear at once, a real cursor where the eye is, keys that do not get lost,
// and the clipboard.
//
// It draws nothing of its own and starts no goroutine.
package term
