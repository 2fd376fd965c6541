// Package host is the only code that touches the machine. It runs commands; each
// operation blocks until it is done, and ends with its context.
//
// It decides nothing: what is run, and whether, is the business of modules, and a
// simulated host never comes here. A command is never interpreted by a shell: one only
// sets the umask, and then becomes the program. It starts nothing of its own but what
// ends a command whose context has ended.
package host
