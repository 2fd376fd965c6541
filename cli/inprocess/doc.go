// Package inprocess makes agents that live in this process: those of the demo and that
// of this host, with the modules they load, the journal they keep and what they say of
// the machine. InChild is for commands that only check modules: they run in a process of
// their own, which dies in the place of the command.
//
// It never connects to anything. It owns one goroutine for each fleet, which looks at the
// files of the modules; who stops it waits for it.
package inprocess
