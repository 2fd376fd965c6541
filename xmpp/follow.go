package xmpp

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// How a client follows.
const (
	quietTime   = 30 * time.Second // without events, after which it asks whether there were any
	mostBatches = credit + 100     // that wait to be taken: more cannot come without being asked for
	slowest     = 5 * time.Second  // between attempts to follow
)

// following is one who follows a run of an agent.
type following struct {
	agent session.JID // full
	id    string

	mu    sync.Mutex
	queue []batch
	more  chan struct{} // of size 1: a token means that the queue has grown
}

// add takes a batch; it must not wait.
func (f *following) add(b batch) {
	f.mu.Lock()
	if len(f.queue) < mostBatches { // else an event is missing, and that is noticed
		f.queue = append(f.queue, b)
	}
	f.mu.Unlock()
	token(f.more)
}

func (f *following) take() []batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.queue
	f.queue = nil
	return out
}

// Follow tells the events of a run, each once and in order, until the run has ended.
// As long as ctx lasts, it waits for a link that broke, on either side.
func (a *remote) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	f := a.m.enter(a.jid)
	defer a.m.leave(f)
	t := telling{last: max(after, 0), fn: func(ev spec.Event) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return fn(ev)
	}}
	for tries := 0; ; {
		changed, was, told := a.m.watch(), a.m.incarnation(a.jid), t.last
		f.take() // what is older is told again
		var b batch
		err := a.m.call(ctx, a.jid, opFollow, asked{Run: id, Follow: f.id, After: t.last}, &b)
		switch kind := spec.KindOf(err); {
		case err == nil:
			end, err := t.tell(b)
			if end == asking {
				end, err = a.listen(ctx, f, &t, changed, was)
				told = -1 // whatever came of it, it took its time
			}
			if end == finished {
				return err
			}
			if t.last > told {
				tries = 0
				continue
			}
		case ctx.Err() != nil:
			return ctx.Err()
		case kind != spec.Unavailable && kind != spec.Timeout || a.m.closed():
			return err
		}
		tries++
		a.m.rest(ctx, changed, min(againTime<<min(tries, 10), slowest))
	}
}

// listen tells what comes until it must be asked for again: also if who was asked is
// not there any more as it was.
func (a *remote) listen(ctx context.Context, f *following, t *telling, changed [2]<-chan struct{}, was [2]any) (next, error) {
	quiet := time.NewTimer(quietTime)
	defer quiet.Stop()
	for {
		select {
		case <-f.more:
			for _, b := range f.take() {
				if end, err := t.tell(b); end != asking {
					return end, err
				}
			}
			quiet.Reset(quietTime)
			continue
		case <-ctx.Done():
			return finished, ctx.Err()
		case <-quiet.C:
			return again, nil
		case <-a.m.closing:
			return again, nil // the next call says so
		case <-changed[0]:
		case <-changed[1]:
		}
		if a.m.incarnation(a.jid) != was {
			return again, nil
		}
		changed = a.m.watch()
		if a.m.incarnation(a.jid) != was { // it changed before we watched
			return again, nil
		}
	}
}

// next is what to do after a batch.
type next int

const (
	asking   next = iota // wait for more
	again                // ask for it
	finished             // there is no more
)

// telling gives events to a function, each once and in order.
type telling struct {
	last int // number of the event that was told last
	fn   func(spec.Event) error
}

func (t *telling) tell(b batch) (next, error) {
	if b.After > t.last {
		return again, nil // something is missing
	}
	for _, ev := range b.Events {
		if ev.Seq <= t.last {
			continue // told before
		}
		if err := t.fn(ev); err != nil {
			return finished, err
		}
		t.last = ev.Seq
	}
	switch {
	case b.Ended && b.Err != nil && (b.Err.Kind == spec.Canceled || b.Err.Kind == spec.Unavailable || b.Err.Kind == spec.Timeout):
		return again, nil // the agent is about to leave
	case b.Ended && b.Err != nil:
		return finished, b.Err
	case b.Ended:
		return finished, nil
	case b.Paused:
		return again, nil
	}
	return asking, nil
}

func (m *Client) enter(agent session.JID) *following {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	f := &following{agent: agent, id: "f" + strconv.Itoa(m.last), more: make(chan struct{}, 1)}
	m.followers[f.id] = f
	return f
}

// leave tells the agent that nobody follows any more, and does not wait for it.
func (m *Client) leave(f *following) {
	m.mu.Lock()
	delete(m.followers, f.id)
	m.mu.Unlock()
	s := m.keeper.Status().Session
	if s == nil {
		return
	}
	text, err := wire.Encode(asked{Follow: f.id}, wire.Hide)
	if err != nil {
		return // these are texts only
	}
	s.Post(session.Stanza("iq", "type", "set", "id", "leave-"+f.id, "to", string(f.agent)).
		Add(call(opUnfollow, wire.Ours().Max, "", string(text))))
}

// incarnation names the session with the server and that of the agent: if either is
// another one, messages may have been lost.
func (m *Client) incarnation(agent session.JID) [2]any {
	s := m.keeper.Status().Session
	m.mu.Lock()
	defer m.mu.Unlock()
	name := ""
	if h := m.hosts[agent.Bare()]; h != nil && h.Link == On {
		name = h.session
	}
	return [2]any{s, name}
}
