// Package history is the screen of what was called, entered, left and taken back on hosts: when,
// by whom, with which values, and what was returned.
//
// It shows what the hosts have answered. It touches no host, reads no clock and starts no goroutine.
package history
