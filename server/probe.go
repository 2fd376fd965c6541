package server

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

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

// probe is a session that finds out what a server does.
type probe struct {
	*session.Session
	domain    session.JID
	connector *session.Connector
	came      chan *session.Element // presences, of size 256; what does not fit is dropped
	calls     chan struct{}         // one for each call to ourselves, of size 1000; more are dropped
}

// newProbe logs in. The caller must leave.
func newProbe(ctx context.Context, a session.Account) (*probe, error) {
	v := &probe{domain: session.JID(a.JID.Domain()), came: make(chan *session.Element, 256), calls: make(chan struct{}, 1000)}
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

func (v *probe) leave() { v.connector.Close() }

func (v *probe) stanza(s *session.Session, e *session.Element) {
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
func (v *probe) ask(ctx context.Context, typ string, to session.JID, what *session.Element) (*session.Element, error) {
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

func token() string { return strings.ToLower(rand.Text()[:10]) }
