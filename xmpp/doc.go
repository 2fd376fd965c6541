// Package xmpp assembles the two ends of the agent contract over an XMPP server: a
// Responder is an agent's end, which serves a spec.Agent to the masters on its list and
// to nobody else; a Client is a master's end, which knows its fleet and gives a
// spec.Agent for each. What each extension of XMPP is used for is in a package of its
// own below: calls, roster, muc, commands with form, disco. In wire is the form of what
// is ours, in session the connection; docs/protocol.md says what goes over it.
//
// A Responder starts a goroutine for each command and question of a general client, of
// which there are so many at most, and a Client one for each session, which reads the
// roster. The packages below say what they start. Close ends and awaits all of them.
// The package decides nothing about lifecycles, and never puts a secret into a stanza
// that is not for the agent or the master that needs it.
package xmpp
