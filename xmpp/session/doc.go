// Package session keeps one account connected to an XMPP server: it finds the
// server, negotiates TLS, SCRAM and a resource, reads and writes stanzas, matches
// answers to calls, notices a dead link, and connects again.
//
// A stream goes over TCP or, where only HTTPS gets out, over WebSocket (RFC 7395): there it is
// cut into messages and put together again below everything else, which knows no difference.
//
// Streams are negotiated by mellium.im/xmpp. From then on the loop is ours: a stanza
// is cut out of the stream before it is parsed, so that nothing another party sends
// can end the session; an answer counts only if it comes from whom was asked; every
// write has a deadline, and an error of any write ends the session.
//
// Of extensions it uses the ping (XEP-0199) to notice a dead link and to answer the server's,
// stream management (XEP-0198) only to ask that the server has dealt with what was sent, in-band
// registration (XEP-0077) to make an agent's account, and SASL channel-binding types (XEP-0440)
// to choose how the login is bound to the TLS connection; and what a domain says on its web server
// of its WebSocket (XEP-0156). Pushes of the roster (RFC 6121) it
// only confirms, since every client must; xmpp/roster reads them.
//
// A Session starts two goroutines, which ping and write what is posted, and end before
// Serve returns. A Connector starts one, which ends before its Close returns. Handlers are
// called in the goroutine that reads: they must not wait for anything, and so Post
// what they answer.
//
// The package knows nothing of agents, and never sends a password in clear.
package session
