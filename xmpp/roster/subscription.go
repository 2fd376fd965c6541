package roster

import "github.com/armonic/armonic/xmpp/session"

// IsPush reports whether an iq of our own server tells of a change of the roster.
func IsPush(iq *session.Element) bool {
	return iq.Type() == "set" && iq.Kid(nsRoster, "query") != nil
}

// removal takes an account out of our roster, so that neither sees the other any more.
func removal(who session.JID) *session.Element {
	return session.Stanza("iq", "type", "set", "id", "remove").Add(session.New(nsRoster, "query").
		Add(session.New(nsRoster, "item", "jid", string(who.Bare()), "subscription", "remove")))
}

// approval is what takes an account into the fleet: it may see us, and we ask to see it.
func approval(who session.JID) []*session.Element {
	return []*session.Element{subscription("subscribed", who), subscription("subscribe", who)}
}

// subscription is one step of RFC 6121 towards seeing each other's presence.
func subscription(typ string, who session.JID) *session.Element {
	return session.Stanza("presence", "type", typ, "to", string(who.Bare()))
}

// sees reports whether an item of a roster is of somebody whose presence we are told.
func sees(item *session.Element) bool {
	sub := item.Attr("subscription")
	return sub == "to" || sub == "both"
}
