// Package logs shows the log lines of a deployment: all of them by time, or those of some
// tasks; by level and text; at the end, or where somebody reads. Only the lines on the screen
// are ever drawn.
//
// It touches no host, reads no clock and starts no goroutine.
package logs
