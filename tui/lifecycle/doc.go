// Package lifecycle is the screen of one lifecycle of a host: its states as a graph with where it is,
// the way to another state and whom that breaks, what it offers, needs, and who uses it.
//
// It shows what the host said. It touches no host, reads no clock and starts no goroutine.
package lifecycle
