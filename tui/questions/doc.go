// Package questions is the screen on which a deployment takes shape: the tree of what
// it needs, every question with its answer, and the editor. It is given results
// of the resolver and asks whoever routes to take answers; it decides nothing.
//
// It touches no host, reads no clock and starts no goroutine.
package questions
