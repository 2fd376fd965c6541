// Package inprocess makes agents that live in this process: those of the demo and that
// of this host, with the modules they load, the journal they keep and what they say of
// the machine.
//
// It never connects to anything. It owns one goroutine for each fleet, which looks at the
// files of the modules; who stops it waits for it.
package inprocess
