package xmpp

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
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

	// Grace is how long a question waits for the server or an agent to come back after
	// they were lost; 0 is DefaultGrace, less than 0 is not at all. What starts and
	// follows runs waits as long as its context lasts.
	Grace time.Duration

	Logger *slog.Logger // nil discards
}

// Client is the end of a master.
type Client struct {
	config  ClientConfig
	log     *slog.Logger
	audit   *audit
	keeper  *session.Keeper
	stop    context.CancelFunc
	closing <-chan struct{} // closed when Close begins: calls end then
	work    sync.WaitGroup
	started time.Time

	mu        sync.Mutex
	hosts     map[session.JID]*host // by bare address
	requests  map[session.JID]bool
	ready     bool                 // the server has said who is in the fleet, in this session
	sessions  int                  // so far
	welcomed  map[session.JID]bool // approved in this session, and not seen since
	changed   chan struct{}        // closed, and replaced, when anything above changes
	followers map[string]*following
	last      int // number of the last follower
}

// NewClient connects, and stays connected until Close.
func NewClient(c ClientConfig) *Client {
	switch {
	case c.Grace == 0:
		c.Grace = DefaultGrace
	case c.Grace < 0:
		c.Grace = 0
	}
	m := &Client{config: c, log: c.Logger, started: time.Now(), hosts: map[session.JID]*host{}, requests: map[session.JID]bool{}, welcomed: map[session.JID]bool{},
		changed: make(chan struct{}), followers: map[string]*following{}}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	m.audit = &audit{log: m.log}
	ctx, cancel := context.WithCancel(context.Background())
	m.stop, m.closing = cancel, ctx.Done()
	m.keeper = session.Keep(c.Open, session.Hooks{
		Up:     func(s *session.Session) { m.up(ctx, s) },
		Stanza: m.stanza,
		Down:   func(*session.Session, error) { m.down() },
	})
	return m
}

// Close leaves the server and returns when everything has ended. Calls that are made
// end with spec.Unavailable, and so do those that come later.
func (m *Client) Close() {
	m.stop()
	m.keeper.Close()
	m.work.Wait()
}

func (m *Client) closed() bool {
	select {
	case <-m.closing:
		return true
	default:
		return false
	}
}

// Connection is the connection to the server, to be watched.
func (m *Client) Connection() *session.Keeper { return m.keeper }

// Ready waits until the client is connected and has been told who is online. The
// error is that of ctx, or of the first attempt to connect that fails.
func (m *Client) Ready(ctx context.Context) error {
	if _, err := m.keeper.Wait(ctx, false); err != nil {
		return err
	}
	const quiet, enough = 150 * time.Millisecond, 2 * time.Second // without news; with
	until := time.Now().Add(enough)
	for {
		m.mu.Lock()
		ready, changed, due := m.ready, m.changed, m.due()
		known := !due && m.allKnown()
		m.mu.Unlock()
		if ready && (known || time.Now().After(until)) {
			return nil
		}
		t := time.NewTimer(quiet)
		select {
		case <-changed:
		case <-t.C:
			if ready && !due { // nobody has said anything for a while
				return nil
			}
			if st := m.keeper.Status(); st.Session == nil && st.Err != nil {
				return st.Err
			}
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		t.Stop()
	}
}

// up begins a session: who is in the roster, then who is online.
func (m *Client) up(ctx context.Context, s *session.Session) {
	m.change(func() { m.sessions++ })
	m.work.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		m.gather(ctx, s)
	})
}

func (m *Client) down() {
	m.change(func() {
		m.ready = false
		clear(m.welcomed)
		for _, h := range m.hosts {
			h.gone("not known: this client was not connected")
		}
	})
}

// change makes a change of what is watched.
func (m *Client) change(fn func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fn()
	close(m.changed)
	m.changed = make(chan struct{})
}

// stanza takes what arrives; it must not wait.
func (m *Client) stanza(s *session.Session, e *session.Element) {
	switch e.Local {
	case "presence":
		m.presence(s, e)
	case "message":
		m.message(e)
	case "iq":
		m.iq(s, e)
	}
}

// iq answers the server, which tells of changes of the roster, and nobody else.
func (m *Client) iq(s *session.Session, e *session.Element) {
	from := e.From()
	ours := from == "" || from == s.JID().Bare() || from == session.JID(s.JID().Domain())
	q := e.Kid(nsRoster, "query")
	switch {
	case ours && q != nil && e.Type() == "set":
		m.change(func() { m.enlist(q, false) })
		s.Post(session.Answer(e))
	case ours && e.Kid(nsPing, "ping") != nil:
		s.Post(session.Answer(e))
	case ours || m.audit.refused(from, "iq"):
		s.Post(session.Refuse(e, "cancel", "service-unavailable", "", nil))
	}
}

// message gives events to whom they are for.
func (m *Client) message(e *session.Element) {
	events := e.Kid(wire.Namespace, "events")
	if events == nil || e.Type() != "headline" {
		return
	}
	m.mu.Lock()
	f := m.followers[events.Attr("follow")]
	m.mu.Unlock()
	if f == nil || f.agent != e.From() {
		return
	}
	var b batch
	if err := wire.Decode([]byte(events.Text), &b); err != nil {
		m.log.Warn("events cannot be read", "from", e.From(), "error", err)
		b = batch{Paused: true} // and are asked for again
	}
	f.add(b)
}

// Agent gives the agent of an account: of its bare address, the one with the
// resource Resource. Whether it is online shows when it is called.
func (m *Client) Agent(jid session.JID) spec.Agent {
	if jid.Resource() == "" {
		jid = jid.With(Resource)
	}
	return &remote{m: m, jid: jid}
}
