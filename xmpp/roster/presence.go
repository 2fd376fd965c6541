package roster

import (
	"context"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// stoppedStatus is the status with which an agent leaves that was stopped while it executed nothing.
const stoppedStatus = "armonic: stopped"

// announcement is what an agent's presence says.
type announcement struct {
	versions wire.Versions
	version  string // of Armonic
	os       spec.OS
	busy     spec.RunID
	modules  string    // differs once others were handed over
	session  string    // tells this session of the agent from the next
	since    time.Time // it began; zero if the agent did not say
	twice    bool      // another program took its connection lately
}

func (a announcement) presence() *session.Element {
	twice := ""
	if a.twice {
		twice = "true"
	}
	return session.Stanza("presence").Add(session.New(wire.Namespace, "agent", "versions", a.versions.String(),
		"version", a.version, "os", a.os.Name, "release", a.os.Release, "busy", string(a.busy), "modules", a.modules,
		"session", a.session, "since", a.since.Format(time.RFC3339), "twice", twice))
}

// readAnnouncement reads the presence of an agent; ok is false for any other.
func readAnnouncement(e *session.Element) (a announcement, ok bool) {
	in := e.Kid(wire.Namespace, "agent")
	if in == nil {
		return announcement{}, false
	}
	a = announcement{version: wire.Brief(in.Attr("version")), os: spec.OS{Name: wire.Brief(in.Attr("os")), Release: wire.Brief(in.Attr("release"))},
		busy: spec.RunID(wire.Brief(in.Attr("busy"))), modules: wire.Brief(in.Attr("modules")), session: wire.Brief(in.Attr("session")), twice: in.Attr("twice") == "true"}
	a.since, _ = time.Parse(time.RFC3339, in.Attr("since"))
	a.versions, ok = wire.ParseVersions(in.Attr("versions"))
	if !ok {
		a.versions = wire.Versions{} // nothing in common with anybody
	}
	return a, true
}

// Visible are those whose presence an account is told, which it is only of accounts that exist.
func Visible(ctx context.Context, s *session.Session) (map[session.JID]bool, error) {
	answer, err := s.Call(ctx, "get", "", session.New(nsRoster, "query"))
	if err != nil {
		return nil, err
	}
	out := map[session.JID]bool{}
	if q := answer.Kid(nsRoster, "query"); q != nil {
		for _, item := range q.Kids {
			out[session.JID(item.Attr("jid"))] = sees(item)
		}
	}
	return out, nil
}

// IsPush reports whether an iq of our own server tells of a change of the roster.
func IsPush(iq *session.Element) bool {
	return iq.Type() == "set" && iq.Kid(nsRoster, "query") != nil
}

// removal takes an account out of our roster, so that neither sees the other any more.
func removal(who session.JID) *session.Element {
	return session.Stanza("iq", "type", "set", "id", "remove").Add(session.New(nsRoster, "query").
		Add(session.New(nsRoster, "item", "jid", string(who.Bare()), "subscription", "remove")))
}

// What is known of an account is kept as a group of the roster, where every client of the
// master finds it.
const (
	unapproved = "armonic: joined by itself" // no person has approved it
	approved   = "armonic: approved"         // a person has, maybe before it asked
	forgotten  = "armonic: forgotten"        // it is not let in again until a person approves it
)

// decisions is the domain of contacts that exist in our roster only. Each keeps what was decided
// of an account: an account that only asks to see us is not in the roster itself with ejabberd.
const decisions = "notes.armonic.invalid"

// decisionOn is the contact that keeps what was decided of an account.
func decisionOn(who session.JID) session.JID {
	return session.JID(strings.ReplaceAll(string(who.Bare()), "@", `\40`) + "@" + decisions)
}

// decided is the account of which a contact keeps what was decided, "" for none.
func decided(contact session.JID) session.JID {
	if contact.Domain() != decisions {
		return ""
	}
	return session.JID(strings.ReplaceAll(contact.Local(), `\40`, "@"))
}

// putIn puts a contact into a group of our roster, and leaves who sees whom.
func putIn(who session.JID, group string) *session.Element {
	return session.Stanza("iq", "type", "set", "id", "note").Add(session.New(nsRoster, "query").
		Add(session.New(nsRoster, "item", "jid", string(who.Bare())).Add(session.New(nsRoster, "group").WithText(group))))
}

// decisionOf is which of these groups an item of the roster is in, "" for none.
func decisionOf(item *session.Element) string {
	for _, k := range item.Kids {
		if k.Local == "group" && (k.Text == unapproved || k.Text == approved || k.Text == forgotten) {
			return k.Text
		}
	}
	return ""
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
