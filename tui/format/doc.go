// Package format puts values, times, questions and the status of work into words and
// signs, so that every screen says the same thing the same way.
//
// It reads no clock, decides nothing and starts no goroutine.
package format
