// Package wire is the form in which agents and their masters write to each other:
// every type of package spec as JSON that comes back exactly as it was, errors as
// conditions of stanzas, large texts in pieces, and the versions of the protocol.
//
// What it writes is plain ASCII without a character that XML would change, so that
// no server and no client can mangle it. docs/protocol.md describes it for others.
// What programs and strangers say is made fit for a person who reads it in a stanza or a
// log: without what is meant for terminals, and not too long.
//
// Nothing here acts: no goroutine, no clock, no network. Secrets are written only
// where the caller says so.
package wire
