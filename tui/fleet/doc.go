// Package fleet is the screen of hosts: which there are, how they are, and of the
// chosen one what is applied, with what, and what it offers.
//
// It touches no host, reads no clock and starts no goroutine.
package fleet
