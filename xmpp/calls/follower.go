package calls

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// How events are told.
const (
	batchBytes = 48 << 10              // in one stanza, unless a single event is larger
	aheadBytes = 256 << 10             // that wait to be sent; then the follower, and only it, is held up
	gatherTime = 20 * time.Millisecond // for events that come together to go together, unless the run ends
)

// follower is a client that follows a run: events go in at one end, batches come out
// at the other.
type follower struct {
	stop context.CancelFunc
	role access.Role
	run  spec.RunID

	mu     sync.Mutex
	events []written
	bytes  int
	after  int // number of the event before the first one
	left   int // credit
	ended  bool
	err    error
	told   bool          // the end too
	gone   bool          // the client will not follow again
	more   chan struct{} // of size 1: a token means that there are events, or the end
	taken  chan struct{} // of size 1: a token means that events were taken
	over   chan struct{} // closed with the end
}

// written is an event as the follower is told it.
type written struct {
	seq  int
	text value.Encoded
}

func newFollower(run spec.RunID, after int, role access.Role, stop context.CancelFunc) *follower {
	return &follower{stop: stop, role: role, run: run, after: after, left: credit, more: make(chan struct{}, 1), taken: make(chan struct{}, 1), over: make(chan struct{})}
}

// encode writes what the follower is told. Secrets that a step returned are handed over
// to who may deploy, whose next call may need them, and hidden from others.
func (f *follower) encode(x any) ([]byte, error) {
	if f.role >= access.Request {
		return value.Encode(x, value.HandOver())
	}
	return value.Encode(x, value.Hide())
}

// add takes an event, and waits while too many are on their way.
func (f *follower) add(ctx context.Context, ev spec.Event) error {
	if f.role < access.Request {
		ev.Returns = nil // which may hold what only those who deploy need
	}
	out, err := f.encode(ev)
	if err != nil {
		return err
	}
	for {
		f.mu.Lock()
		if f.bytes < aheadBytes || len(f.events) == 0 {
			f.events = append(f.events, written{ev.Seq, out})
			f.bytes += len(out)
			f.mu.Unlock()
			session.Wake(f.more)
			return nil
		}
		f.mu.Unlock()
		select {
		case <-f.taken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// leave stops it for a client that will not come back.
func (f *follower) leave() {
	f.mu.Lock()
	f.gone = true
	f.mu.Unlock()
	f.stop()
}

func (f *follower) end(err error) {
	f.mu.Lock()
	f.ended, f.err = true, err
	f.mu.Unlock()
	close(f.over)
	session.Wake(f.more)
}

// gather waits a moment for more events, unless there are enough for a batch, or no more come.
func (f *follower) gather(ctx context.Context) {
	f.mu.Lock()
	enough := f.bytes >= batchBytes
	f.mu.Unlock()
	if enough {
		return
	}
	t := time.NewTimer(gatherTime)
	defer t.Stop()
	select {
	case <-t.C:
	case <-f.over:
	case <-ctx.Done():
	}
}

// take gives what is to be told next.
func (f *follower) take() toldBatch {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := toldBatch{After: f.after}
	n, bytes := 0, 0
	for n < len(f.events) && f.left > 0 && (n == 0 || bytes+len(f.events[n].text) <= batchBytes) {
		b.Events = append(b.Events, f.events[n].text)
		f.after = f.events[n].seq
		bytes += len(f.events[n].text)
		n++
		f.left--
	}
	f.events = f.events[n:]
	f.bytes -= bytes
	switch {
	case len(f.events) > 0:
		session.Wake(f.more)
		b.Paused = f.left == 0
	case f.ended:
		b.Ended, f.told = true, f.err == nil
		if f.err != nil {
			b.Err = wire.Error(f.err)
		}
	default:
		b.Paused = f.left == 0
	}
	session.Wake(f.taken)
	return b
}

// tell sends batches until there are none, credit or lease has run out, or the
// session has ended.
func (f *follower) tell(ctx, online context.Context, s *session.Session, key followerKey) {
	for {
		select {
		case <-f.more:
			f.gather(ctx)
		case <-ctx.Done():
		}
		b := toldBatch{After: f.last()}
		switch {
		case ctx.Err() == nil:
			b = f.take()
		case online.Err() != nil || errors.Is(ctx.Err(), context.Canceled):
			return // nobody is there to be told
		default:
			b.Paused = true // the lease has run out
		}
		if b.Ended && b.Err != nil && b.Err.Kind == spec.Timeout {
			b = toldBatch{After: b.After, Events: b.Events, Paused: true} // the lease ended inside the agent first
		}
		out, err := f.encode(b)
		if err != nil || len(out) > 2*wire.Piece { // a large event is fetched, in pieces
			b = toldBatch{After: b.After, Paused: true}
			out, _ = f.encode(b)
		}
		e := session.Stanza("message", "type", "headline", "to", string(key.peer)).
			Add(session.New(wire.Namespace, "events", "follow", key.id).WithText(string(out)))
		if s.Send(e) != nil || b.Ended || b.Paused {
			return
		}
	}
}

func (f *follower) last() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.after
}
