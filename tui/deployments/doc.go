// Package deployments is the screen of all deployments: those of this session, those that are
// kept on this machine, and those of other operators, with what can be done about each.
//
// It reads nothing and decides nothing: it is given the rows and the details of the one under
// the cursor. It touches no host, reads no clock and starts no goroutine.
package deployments
