package roster

import (
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/text"
	"github.com/armonic/armonic/xmpp/wire"
)

// announcement is what an agent's presence says.
type announcement struct {
	versions wire.Versions
	version  string // of Armonic
	os       spec.OS
	busy     spec.RunID
	session  string    // tells this session of the agent from the next
	since    time.Time // it began; zero if the agent did not say
}

func (a announcement) presence() *session.Element {
	return session.Stanza("presence").Add(session.New(wire.Namespace, "agent", "versions", a.versions.String(),
		"version", a.version, "os", a.os.Name, "release", a.os.Release, "busy", string(a.busy),
		"session", a.session, "since", a.since.Format(time.RFC3339)))
}

// readAnnouncement reads the presence of an agent; ok is false for any other.
func readAnnouncement(e *session.Element) (a announcement, ok bool) {
	in := e.Kid(wire.Namespace, "agent")
	if in == nil {
		return announcement{}, false
	}
	a = announcement{version: text.Brief(in.Attr("version")), os: spec.OS{Name: text.Brief(in.Attr("os")), Release: text.Brief(in.Attr("release"))},
		busy: spec.RunID(text.Brief(in.Attr("busy"))), session: text.Brief(in.Attr("session"))}
	a.since, _ = time.Parse(time.RFC3339, in.Attr("since"))
	a.versions, ok = wire.ParseVersions(in.Attr("versions"))
	if !ok {
		a.versions = wire.Versions{} // nothing in common with anybody
	}
	return a, true
}
