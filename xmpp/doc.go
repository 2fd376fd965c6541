// Package xmpp carries the agent contract over an XMPP server, both ends of it.
//
// A Responder is an agent's end: it serves a spec.Agent to the masters on its list,
// and to nobody else. A Client is a master's end: it knows which agents there are and
// which are online, and gives a spec.Agent for each. Neither trusts the network to
// deliver: runs have ids, events have numbers, and what is missing is asked for again.
//
// docs/protocol.md says what goes over the wire, in package wire is its form, and in
// package session the connection that it goes over.
//
// What happens in a deployment is said in a room as well, for people: nothing is lost
// or held up by a room that cannot be used. General clients of masters find commands
// that ask, in a form, what a provide needs, and call it.
//
// A Responder starts a goroutine for each call and command that it serves, of which
// there are so many at most, two for each follower, and one for each room and each run that is told
// there; a Client starts one when it is connected,
// and one for each call, which ends with it.
// Close ends and awaits them all. The package decides nothing about lifecycles, and
// never puts a secret into a stanza that is not for the agent that needs it.
package xmpp
