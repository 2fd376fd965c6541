// Package roster has the roster (RFC 6121, jabber:iq:roster) and presence, from which a
// master knows its fleet without asking any agent: the agents are those in its roster,
// and what each says of itself, such as the run that it executes, is in its presence.
// Of Last Activity (XEP-0012) the question to the server is used: since when is an
// account offline? A ping (XEP-0199) of the server tells when it has dealt with all
// that was sent before, one of an agent that the agent is still there.
//
// A Fleet is a master's end; an Announcer is an agent's: it keeps the presence true,
// asks to be seen by the masters on its list, and removes everybody else.
//
// An Announcer starts one goroutine a session, which ends with it, and Wait awaits it.
// A Fleet starts those of CheckLinks, which awaits them. No secret is in a presence.
package roster

// Resource is the resource that agents have.
const Resource = "agent"

const (
	nsRoster = "jabber:iq:roster"
	nsLast   = "jabber:iq:last"
	nsPing   = "urn:xmpp:ping"
)
