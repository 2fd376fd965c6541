// Package lookup has the commands that show what is on hosts and what can be done there:
// list, info, lifecycle, state, state-current, provide, xpath, history and plot, which
// draws state machines.
//
// They change nothing. It starts no goroutines.
package lookup
