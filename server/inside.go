package server

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

const (
	nsCheck   = "urn:armonic:check"
	nsInfo    = "http://jabber.org/protocol/disco#info"
	nsItems   = "http://jabber.org/protocol/disco#items"
	nsVersion = "jabber:iq:version"
	nsPing    = "urn:xmpp:ping"
	nsMUC     = "http://jabber.org/protocol/muc"
	nsMUCUser = "http://jabber.org/protocol/muc#user"
)

// answerTime is how long a server may take to answer.
const answerTime = 10 * time.Second

// visitor is a session that looks around.
type visitor struct {
	*session.Session
	domain    session.JID
	connector *session.Connector
	came      chan *session.Element // presences, of size 256; what does not fit is dropped
	calls     chan struct{}         // one for each call to ourselves, of size 1000; more are dropped
}

// visit logs in. The caller must leave.
func visit(ctx context.Context, a session.Account) (*visitor, error) {
	v := &visitor{domain: session.JID(a.JID.Domain()), came: make(chan *session.Element, 256), calls: make(chan struct{}, 1000)}
	v.connector = session.Connect(a.Open, session.Hooks{
		Up: func(*session.Session) {}, Down: func(*session.Session, error) {},
		Stanza: v.stanza,
	})
	s, err := v.connector.Wait(ctx, false)
	if err != nil {
		v.connector.Close()
		return nil, err
	}
	v.Session = s
	return v, nil
}

func (v *visitor) leave() { v.connector.Close() }

func (v *visitor) stanza(s *session.Session, e *session.Element) {
	switch {
	case e.Local == "iq" && e.Kid(nsCheck, "") != nil && e.From() == s.JID():
		select {
		case v.calls <- struct{}{}:
		default:
		}
		s.Post(session.Answer(e))
	case e.Local == "iq":
		s.Post(session.Refuse(e, "cancel", "service-unavailable", "", nil))
	case e.Local == "presence":
		select {
		case v.came <- e:
		default:
		}
	}
}

// ask makes a call and gives what is in the answer, an empty element if nothing is.
func (v *visitor) ask(ctx context.Context, typ string, to session.JID, what *session.Element) (*session.Element, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	got, err := v.Call(ctx, typ, to, what)
	if err != nil {
		return nil, err
	}
	if in := got.Kid(what.Space, ""); in != nil {
		return in, nil
	}
	return session.New(what.Space, what.Local), nil
}

// inside looks at what only those see who have logged in.
func (r *Report) inside(ctx context.Context, a session.Account, rooms string) {
	v, err := visit(ctx, a)
	if err != nil {
		fix := spec.HintOf(err)
		r.Unreachable = false
		r.add("login", Fail, fix, "%v", err)
		return
	}
	defer v.leave()
	r.add("login", OK, "", "as %s", v.JID())
	r.make(ctx, v)
	info, err := v.ask(ctx, "get", v.domain, session.New(nsInfo, "query"))
	if err != nil {
		r.add("disco", Fail, r.fix(`modules_enabled: "disco"`, "mod_disco"), "the server does not say what it can do: %v", err)
	}
	r.offline(v, info)
	r.rooms(ctx, a, v, rooms)
	r.latency(ctx, v)
	r.rate(ctx, v)
	r.size(ctx, v)
}

// make finds out what server it is.
func (r *Report) make(ctx context.Context, v *visitor) {
	got, err := v.ask(ctx, "get", v.domain, session.New(nsVersion, "query"))
	name := ""
	if err == nil {
		if k := got.Kid(nsVersion, "name"); k != nil {
			name = k.Text
		}
		if k := got.Kid(nsVersion, "version"); k != nil {
			r.Version = k.Text
		}
	} else if info, err := v.ask(ctx, "get", v.domain, session.New(nsInfo, "query")); err == nil {
		name = info.Kid(nsInfo, "identity").Attr("name")
	}
	switch {
	case strings.EqualFold(name, "Prosody"):
		r.Make = Prosody
	case strings.EqualFold(name, "ejabberd"):
		r.Make = Ejabberd
	case name == "":
		r.add("server", Warn, "", "it does not say what it is")
		return
	}
	switch {
	case r.Make == "":
		r.add("server", Warn, "Prosody and ejabberd are those that Armonic is tested with", "%s %s", name, r.Version)
	case err != nil:
		r.add("server", Warn, r.fix(`modules_enabled: "version"`, "mod_version"), "%s, which does not say its version", r.Make)
	default:
		r.add("server", OK, "", "%s %s", r.Make, r.Version)
	}
}

// offline judges how agents that are gone are noticed and remembered.
func (r *Report) offline(v *visitor, info *session.Element) {
	switch {
	case v.Acks() && r.Make == Ejabberd:
		r.add("dead links", OK, "", "acknowledgements are offered (XEP-0198); ejabberd relies on mod_ping with timeout_action: kill, which nobody sees from outside")
	case v.Acks():
		r.add("dead links", OK, "", "acknowledgements are offered (XEP-0198)")
	default:
		r.add("dead links", Warn, r.fix(`modules_enabled: "smacks", and network_settings = { read_timeout = 12 }`, "mod_ping: {send_pings: true, ping_interval: 15, ping_ack_timeout: 10, timeout_action: kill}"),
			"no acknowledgements (XEP-0198): who is gone without a word may be seen as online for long")
	}
	if info != nil && !hasFeature(info, "jabber:iq:last") {
		r.add("last activity", Warn, r.fix(`modules_enabled: "lastactivity"`, "mod_last"), "not offered: since when an agent is offline is known only to who saw it go")
	}
}

func hasFeature(info *session.Element, name string) bool {
	return slices.ContainsFunc(info.Kids, func(k *session.Element) bool { return k.Local == "feature" && k.Attr("var") == name })
}

func token() string { return strings.ToLower(rand.Text()[:10]) }
