// Package tree lays out the deployment tree for screens: nodes, and groups where
// one require is met several times. It knows which rows are open and how their
// lines are drawn; what a row says is up to the screen.
//
// It touches no host, reads no clock and starts no goroutine.
package tree
