// Package run is the screen on which a deployment is watched: the tree with how
// far each part is, the hosts side by side, the log of what is looked at, failures
// with what can be done about them, and at the end what was returned.
//
// It is fed with snapshots and log lines and asks whoever routes to retry or stop.
//
// It touches no host, reads no clock and starts no goroutine.
package run
