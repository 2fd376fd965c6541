// Package archtest holds the architecture as data and checks the source against
// it: who may import whom, who may start work beside its caller, who may read the
// text of a secret, what stays free of clocks, files and sockets, how long a file
// may be, that every package says what it is for.
//
// It reads source text only: it builds nothing, runs nothing and starts no
// goroutine. It is imported by tests alone, its own being the one that matters.
package archtest
