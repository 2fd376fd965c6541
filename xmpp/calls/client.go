package calls

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// againTime is how soon what failed is tried again at first, slowest how soon at last.
const (
	againTime = 250 * time.Millisecond
	slowest   = 5 * time.Second
)

// Client is a master's end of calls.
type Client struct {
	connector *session.Connector
	fleet     *roster.Fleet
	speaker   *muc.Speaker
	log       *slog.Logger
	grace     time.Duration   // how long a call waits for what was lost to come back
	closing   <-chan struct{} // closed when calls are to end

	mu        sync.Mutex
	following map[string]*following
	begun     map[runKey]*begun // followed since they were started, for Follow to go on with
	last      int               // number of the last one who follows
}

// NewClient calls agents over the connection that a connector keeps. What it is told of the
// runs that it has started goes to speaker. Calls end with
// spec.Unavailable when closing is closed.
func NewClient(k *session.Connector, f *roster.Fleet, speaker *muc.Speaker, grace time.Duration, closing <-chan struct{}, log *slog.Logger) *Client {
	return &Client{connector: k, fleet: f, speaker: speaker, log: log, grace: grace, closing: closing, following: map[string]*following{}, begun: map[runKey]*begun{}}
}

// Agent gives the agent of an account: of its bare address, the one with the resource
// roster.Resource. Whether it is online shows when it is called.
func (c *Client) Agent(jid session.JID) spec.Agent {
	return &agent{c: c, jid: full(jid)}
}

// full is the address of an account's agent.
func full(jid session.JID) session.JID {
	if jid.Resource() == "" {
		return jid.With(roster.Resource)
	}
	return jid
}

func (c *Client) closed() bool {
	select {
	case <-c.closing:
		return true
	default:
		return false
	}
}

// call does an operation of an agent. All operations may be done twice, so one whose
// fate is not known because a link broke is done again, as long as grace lasts.
func (c *Client) call(ctx context.Context, to session.JID, o operation, in, out any) error {
	reply, err := c.reply(ctx, to, o, in)
	if err != nil || out == nil {
		return err
	}
	return wire.Decode(reply, out)
}

// reply is call, and gives the answer as it came. The call has attributes besides.
func (c *Client) reply(ctx context.Context, to session.JID, o operation, in any, attrs ...session.Attr) ([]byte, error) {
	if o != opInfo {
		if err := c.fleet.MayWork(to); err != nil {
			return nil, err
		}
	}
	body, err := value.Encode(in, value.HandOver()) // it goes to the agent that must know
	if err != nil {
		return nil, err
	}
	began, id := time.Now(), rand.Text()
	for {
		changed, through := c.watch(), c.connector.Status().Session
		reply, err := c.once(ctx, to, o, id, body, attrs)
		switch {
		case err == nil:
			return reply, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case spec.KindOf(err) != spec.Unavailable || c.closed():
			return nil, err
		case through != nil && through.HasEnded() && time.Since(began) < c.grace: // our own link broke meanwhile: that says nothing of the agent
		case !c.mayReturn(to, began):
			return nil, err
		}
		c.rest(ctx, changed, againTime)
	}
}

// mayReturn reports whether what a call failed on was lost so recently that it may
// come back.
func (c *Client) mayReturn(to session.JID, began time.Time) bool {
	lost, ok := c.fleet.LostSince(to)
	if !ok {
		lost = began
	}
	return time.Since(lost) < c.grace
}

// comesBack reports whether a call that failed is worth waiting for.
func (c *Client) comesBack(to session.JID, err error) bool {
	kind := spec.KindOf(err)
	return (kind == spec.Unavailable || kind == spec.Timeout) && !c.closed() && c.fleet.ComesBack(to)
}

// changes are closed when the connection or the fleet has changed.
type changes struct{ link, fleet <-chan struct{} }

func (c *Client) watch() changes {
	_, link := c.connector.Watch()
	return changes{link, c.fleet.Changed()}
}

// rest waits for changes, a while, or the end of ctx.
func (c *Client) rest(ctx context.Context, n changes, d time.Duration) {
	const more = 10 * time.Millisecond // in which more may change
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-n.link:
		t.Reset(more)
	case <-n.fleet:
		t.Reset(more)
	case <-t.C:
		return
	case <-c.closing:
		return
	case <-ctx.Done():
		return
	}
	select {
	case <-t.C:
	case <-c.closing:
	case <-ctx.Done():
	}
}
