package xmpp

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/calls"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// DefaultGrace is how long calls wait for what was lost to come back.
const DefaultGrace = 10 * time.Second

// ClientConfig is what a Client is made of.
type ClientConfig struct {
	Open session.Opener

	// Approve says whether an account that asks to be in the fleet may be: whoever is
	// can be given work, and the secrets that it needs. It must not wait. nil approves
	// nobody; those who ask are listed by Requests.
	Approve func(session.JID) bool

	// Vouched says whether a person has named an account that Approve lets in. On a server where
	// anybody may make accounts, others are let in, but get no work. nil vouches for nobody.
	Vouched func(session.JID) bool

	// Seen says when a host was known last, before this client, and the run that it executed
	// then, "" if none: servers forget. nil knows nothing.
	Seen func(session.JID) (time.Time, spec.RunID)

	// Grace is how long a question waits for the server or an agent to come back after
	// they were lost; 0 is DefaultGrace, less than 0 is not at all. What starts and
	// follows runs waits as long as its context lasts.
	Grace time.Duration

	Name   string       // what the fleet is called, usually the domain of its server
	Rooms  session.JID  // the conference service with the rooms of deployments; "" has none
	Logger *slog.Logger // nil discards
}

// Client is the end of a master, and its fleet: who is in it, how each is, and the agents.
type Client struct {
	*roster.Fleet

	name      string
	speaker   *muc.Speaker
	calls     *calls.Client
	refused   *access.Refusals
	connector *session.Connector
	stop      context.CancelFunc
	work      sync.WaitGroup
}

// NewClient connects, and stays connected until Close.
func NewClient(c ClientConfig) *Client {
	switch {
	case c.Grace == 0:
		c.Grace = DefaultGrace
	case c.Grace < 0:
		c.Grace = 0
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	k := session.NewConnector(c.Open)
	vouched := func(s *session.Session, who session.JID) bool {
		return !s.OpenRegistration() || c.Vouched != nil && c.Vouched(who)
	}
	m := &Client{name: c.Name, speaker: muc.NewSpeaker(c.Rooms, c.Logger), connector: k, stop: cancel, refused: access.NewRefusals(c.Logger), Fleet: roster.NewFleet(k, roster.Config{Approve: c.Approve, Vouched: vouched, Seen: c.Seen, Logger: c.Logger})}
	m.calls = calls.NewClient(k, m.Fleet, m.speaker, c.Grace, ctx.Done(), c.Logger)
	k.Start(session.Hooks{
		Up: func(s *session.Session) {
			m.Up()
			m.speaker.SetSession(s)
			m.work.Go(func() {
				m.Load(ctx, s)
				m.CheckLinks(ctx, s)
			})
		},
		Stanza: m.stanza,
		Down: func(*session.Session, error) {
			m.speaker.SetSession(nil)
			m.Down()
		},
	})
	return m
}

// Close leaves the server and returns when everything has ended. Calls that are made
// end with spec.Unavailable, and so do those that come later. What is still to be said in
// rooms is said first, if that does not take long; else the agents do it.
func (m *Client) Close() {
	if s := m.connector.Status().Session; s != nil && m.finishSpeaking() {
		s.CloseWith(muc.AllSaid)
	}
	m.stop()
	m.connector.Close()
	m.speaker.Close()
	m.work.Wait()
}

// finishSpeaking reports whether all was said in time.
func (m *Client) finishSpeaking() bool {
	const most, look = 2 * time.Second, time.Millisecond
	for until := time.Now().Add(most); !m.speaker.Silent(); {
		if time.Now().After(until) {
			return false
		}
		time.Sleep(look)
	}
	return true
}

// Name is what the fleet is called.
func (m *Client) Name() string { return m.name }

// Agent gives the agent of a host; the error is spec.NotFound or spec.Ambiguous. Whether
// it is online shows when it is called.
func (m *Client) Agent(h spec.Host) (spec.Agent, error) {
	found, err := m.Find(h)
	if err != nil {
		return nil, err
	}
	return calls.Checked(m.AgentOf(session.JID(found.Account)), h), nil
}

// AgentOf gives the agent of an account: of its bare address, the one with the resource
// roster.Resource. It need not be in the fleet.
func (m *Client) AgentOf(jid session.JID) spec.Agent { return m.calls.Agent(jid) }

// Upgrader replaces the program of the agent of a host; errors are those of Agent.
func (m *Client) Upgrader(h spec.Host) (spec.Upgrader, error) {
	found, err := m.Find(h)
	if err != nil {
		return nil, err
	}
	return m.UpgraderOf(session.JID(found.Account)), nil
}

// UpgraderOf is Upgrader for an account, as AgentOf.
func (m *Client) UpgraderOf(jid session.JID) spec.Upgrader { return m.calls.Upgrader(jid) }

// ModuleKeeper keeps modules for the agent of a host; errors are those of Agent.
func (m *Client) ModuleKeeper(h spec.Host) (spec.ModuleKeeper, error) {
	found, err := m.Find(h)
	if err != nil {
		return nil, err
	}
	return m.ModuleKeeperOf(session.JID(found.Account)), nil
}

// ModuleKeeperOf is ModuleKeeper for an account, as AgentOf.
func (m *Client) ModuleKeeperOf(jid session.JID) spec.ModuleKeeper { return m.calls.ModuleKeeper(jid) }

// Room is where what happens in a deployment can be read with any XMPP client, "" if
// nowhere.
func (m *Client) Room(d spec.DeploymentID) string {
	return string(m.speaker.Address(d))
}

// Message writes to an account, for a person who reads it in any XMPP client. What cannot be sent
// now is not sent.
func (m *Client) Message(account, text string) {
	jid, err := session.ParseJID(account)
	s := m.connector.Status().Session
	if err != nil || s == nil {
		return
	}
	s.Post(session.Stanza("message", "type", "chat", "to", string(jid.Bare())).Add(session.New("jabber:client", "body").WithText(wire.Clean(text))))
}

// Connector keeps the connection to the server, which can be watched there.
func (m *Client) Connector() *session.Connector { return m.connector }

// Connection says how the connection to the server is.
func (m *Client) Connection() spec.Connection {
	st := m.connector.Status()
	c := spec.Connection{Up: st.Session != nil, Server: m.name, Since: st.Since, Next: st.Next, Tries: st.Tries}
	if st.Err != nil {
		c.Why, c.Hint = st.Err.Error(), spec.HintOf(st.Err)
	}
	return c
}

// RetryNow makes the next try to connect now.
func (m *Client) RetryNow() { m.connector.Retry() }

// stanza takes what arrives; it must not wait.
func (m *Client) stanza(s *session.Session, e *session.Element) {
	if m.speaker.Stanza(e) {
		return
	}
	switch e.Local {
	case "presence":
		m.Presence(s, e)
	case "message":
		m.calls.Message(e)
	case "iq":
		m.iq(s, e)
	}
}

// iq answers the server, which tells of changes of the roster, and nobody else.
func (m *Client) iq(s *session.Session, e *session.Element) {
	switch {
	case !s.IsServer(e.From()):
		if m.refused.Answer(e.From(), "iq") {
			s.Post(session.Refuse(e, "cancel", "service-unavailable", "", nil))
		}
		return
	case roster.IsPush(e):
		m.Push(e)
	}
	s.Post(session.ToServer(e))
}
