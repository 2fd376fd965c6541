// Package upgrade replaces the program of an agent by one that an operator hands over: in
// pieces, of which those that have arrived are kept; with a signature of a key that the agent's
// settings name; and with a way back, for the case that the new program is not confirmed.
//
// An Agent is the end of the agent. It only prepares. A Switch, which runs apart from the agent
// as a process of the old program, stops the agent, puts the new program in place, starts it,
// waits for the confirmation, and else puts everything back. A Key is the operator's.
//
// The package starts no goroutine: Agent.Wait and Switch.Do block.
package upgrade
