// Package tuibench measures what the terminal UI costs: the program on a
// pseudo-terminal, with a fleet of agents that one other process serves over a real
// XMPP server.
//
// It has tests only: go test takes every measurement in small, make bench-tui in full.
package tuibench
