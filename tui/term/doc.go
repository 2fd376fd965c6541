// Package term is the border between the UI and a terminal: frames of which only what is
// new is written, and which appear at once; a real cursor where the eye is; to stop, to
// continue and to end such that the terminal is as it was; keys that do not get lost; the
// clipboard.
//
// It draws nothing of its own and starts no goroutine. A screen belongs to the goroutine
// that handles messages; only Next may wait elsewhere.
package term
