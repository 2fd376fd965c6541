// Package host is the only code that touches the machine. It runs commands; each
// operation blocks until it is done, and ends with its context.
//
// It decides nothing: what is run, and whether, is the business of modules, and a
// simulated host never comes here. It uses no shell. The package starts no goroutine
// of its own; those that os/exec starts to read a command's output have ended when
// Run returns.
package host
