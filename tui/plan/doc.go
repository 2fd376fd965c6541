// Package plan is the screen that shows, host by host or in order, exactly what a
// deployment will do, before anything is done.
//
// It touches no host, reads no clock and starts no goroutine.
package plan
