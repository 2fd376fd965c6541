package calls

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// How a client follows.
const (
	saidTime    = 5 * time.Second  // after which it says how much of a run it has told in its room
	quietTime   = 30 * time.Second // without events, after which it asks whether there were any
	mostBatches = credit + 100     // that wait to be taken: more cannot come without being asked for
	mostWaiting = 4 << 20          // bytes of them, as they came
)

// following is one who follows a run of an agent.
type following struct {
	agent session.JID // full
	id    string

	telling *muc.Telling // in a room; nil if it is not told here
	said    int          // how much of it, as the agent knows

	mu    sync.Mutex
	queue []batch
	bytes int           // of the queue, as it came
	more  chan struct{} // of size 1: a token means that the queue has grown
}

// add takes a batch; it must not wait.
func (f *following) add(b batch, bytes int) {
	f.mu.Lock()
	if len(f.queue) < mostBatches && f.bytes < mostWaiting { // else an event is missing, and that is noticed
		f.queue = append(f.queue, b)
		f.bytes += bytes
	}
	f.mu.Unlock()
	session.Wake(f.more)
}

func (f *following) take() []batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.queue
	f.queue, f.bytes = nil, 0
	return out
}

// Message gives events to whom they are for. Only the agent that was asked may tell
// them.
func (c *Client) Message(e *session.Element) {
	events := e.Kid(wire.Namespace, "events")
	if events == nil || e.Type() != "headline" {
		return
	}
	c.mu.Lock()
	f := c.following[events.Attr("follow")]
	c.mu.Unlock()
	if f == nil || f.agent != e.From() {
		return
	}
	var b batch
	if err := wire.Decode([]byte(events.Text), &b); err != nil {
		c.log.Warn("events cannot be read", "from", e.From(), "error", err)
		b = batch{Paused: true} // and are asked for again
	}
	f.add(b, len(events.Text))
}

// Follow tells the events of a run, each once and in order, until the run has ended.
// As long as ctx lasts, it waits for a link that broke, on either side.
func (a *agent) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	x := a.c.follow(runKey{a.jid, id}, after)
	asked := x != nil
	if !asked {
		x = &begun{f: a.c.begin(a.jid)}
		x.f.telling = a.c.speaker.Tell(id, max(after, 0))
	}
	f := x.f
	t := inOrder{last: max(after, 0), fn: func(ev spec.Event) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.telling.Event(ev)
		return fn(ev)
	}}
	defer func() { a.c.end(f, t.ended) }()
	for tries := 0; ; {
		changed, was, told := a.c.watch(), a.c.fleet.Sessions(a.jid), t.last
		b, err := x.first, error(nil)
		if asked {
			changed, was, asked = x.changed, x.was, false
		} else {
			f.take() // what is older is told again
			f.said = f.telling.Said()
			b = batch{}
			err = a.c.call(ctx, a.jid, opFollow, parameters{Run: id, Follow: f.id, After: t.last,
				Rooms: f.telling.Service(), Queued: f.telling.Queued(), Said: f.said}, &b)
		}
		switch kind := spec.KindOf(err); {
		case err == nil:
			f.telling.Answer(b.Speak, b.Said)
			next, err := t.tell(b)
			if next == listen {
				next, err = a.listen(ctx, f, &t, changed, was)
				told = -1 // whatever came of it, it took its time
			}
			if next == finished {
				return err
			}
			if t.last > told {
				tries = 0
				continue
			}
		case ctx.Err() != nil:
			return ctx.Err()
		case kind != spec.Unavailable && kind != spec.Timeout || a.c.closed():
			return err
		}
		tries++
		a.c.rest(ctx, changed, min(againTime<<min(tries, 10), slowest))
	}
}

// listen tells what comes until it must be asked for again: also if who was asked is
// not there any more as it was.
func (a *agent) listen(ctx context.Context, f *following, t *inOrder, changed changes, was roster.Sessions) (next, error) {
	quiet, said := time.NewTimer(quietTime), time.NewTicker(saidTime)
	defer quiet.Stop()
	defer said.Stop()
	for {
		select {
		case <-f.more:
			for _, b := range f.take() {
				if next, err := t.tell(b); next != listen {
					return next, err
				}
			}
			quiet.Reset(quietTime)
			continue
		case <-ctx.Done():
			return finished, ctx.Err()
		case <-quiet.C:
			return askAgain, nil
		case <-said.C:
			a.c.reportSaid(f)
			continue
		case <-a.c.closing:
			return askAgain, nil // the next call says so
		case <-changed.link:
		case <-changed.fleet:
		}
		if a.c.fleet.Sessions(a.jid) != was {
			return askAgain, nil
		}
		changed = a.c.watch()
		if a.c.fleet.Sessions(a.jid) != was { // it changed before we watched
			return askAgain, nil
		}
	}
}

func (c *Client) begin(agent session.JID) *following {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	f := &following{agent: agent, id: "f" + strconv.Itoa(c.last), more: make(chan struct{}, 1)}
	c.following[f.id] = f
	return f
}

// end tells the agent that nobody follows any more, unless it knows that, and does not wait
// for it.
func (c *Client) end(f *following, ended bool) {
	said := f.telling.End()
	c.mu.Lock()
	delete(c.following, f.id)
	c.mu.Unlock()
	s := c.connector.Status().Session
	if s == nil || ended {
		return
	}
	body, err := value.Encode(parameters{Follow: f.id, Said: said}, value.Hide())
	if err != nil {
		return // these are texts only
	}
	s.Post(session.Stanza("iq", "type", "set", "id", "leave-"+f.id, "to", string(f.agent)).
		Add(callElement(opUnfollow, wire.Ours().Max, "", string(body))))
}
