// Package session keeps one account connected to an XMPP server: it finds the
// server, negotiates TLS, SCRAM and a resource, reads and writes stanzas, matches
// answers to calls, notices a dead link, and connects again.
//
// Streams are negotiated by mellium.im/xmpp. From then on the loop is ours: a stanza
// is cut out of the stream before it is parsed, so that nothing another party sends
// can end the session; an answer counts only if it comes from whom was asked; every
// write has a deadline, and an error of any write ends the session.
//
// A Session starts two goroutines, which ping and write what is posted, and end before
// Serve returns. A Connector starts one, which ends before its Close returns. Handlers are
// called in the goroutine that reads: they must not wait for anything, and so Post
// what they answer.
//
// The package knows nothing of agents, and never sends a password in clear.
package session
