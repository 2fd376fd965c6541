// Package muc has rooms (Multi-User Chat, XEP-0045), in which is said what happens in a
// deployment, for people with any XMPP client: by the client that follows a run (Speaker),
// and by the agent while nobody does (Runs). Of the extension is used: to join
// with a nickname and to leave, to set up a room that was made for us, messages of type
// groupchat, and the history, to see whether a message had arrived when the link was
// lost.
//
// Nothing is lost or held up by a room that cannot be used: the truth is the event
// stream. No secret is said in a room, and nothing that a step returned.
//
// Rooms start one goroutine for each room, and Runs one for each run that the agent tells;
// Close ends and awaits them.
package muc

// Namespace is that of rooms.
const Namespace = "http://jabber.org/protocol/muc"

const (
	nsUser  = "http://jabber.org/protocol/muc#user"
	nsOwner = "http://jabber.org/protocol/muc#owner"
)
