package xmpp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// How events are told.
const (
	mostFollowers = 512
	batchBytes    = 48 << 10               // in one stanza, unless a single event is larger
	aheadBytes    = 256 << 10              // that wait to be sent; then the follower, and only it, is held up
	linger        = time.Millisecond       // for events that come together to go together
	firstTime     = 200 * time.Millisecond // within which past events are put into the answer
	leaseTime     = 150 * time.Second      // after which a follower must ask again
)

type followKey struct {
	peer session.JID // full
	id   string
}

// follower is a client that follows a run: events go in at one end, batches come out
// at the other.
type follower struct {
	stop context.CancelFunc

	mu    sync.Mutex
	lines []line
	bytes int
	after int // number of the event before the first line
	left  int // credit
	ended bool
	err   error
	more  chan struct{} // of size 1: a token means that there are lines, or the end
	room  chan struct{} // of size 1: a token means that lines were taken
}

type line struct {
	event spec.Event
	bytes int
}

// follow attaches a client to a run, in the place of what it followed under the same
// name. The result is what has happened already, or the first part of it.
func (r *Responder) follow(online context.Context, s *session.Session, p peer, q asked) (result []byte, after func(), err error) {
	if q.Follow == "" || len(q.Follow) > 64 {
		return nil, nil, spec.Errorf(spec.Invalid, "the follower has no name")
	}
	ctx, cancel := context.WithTimeout(online, leaseTime)
	f := &follower{stop: cancel, after: q.After, left: credit, more: make(chan struct{}, 1), room: make(chan struct{}, 1)}
	key := followKey{p.jid, q.Follow}
	if err := r.attach(ctx, key, f); err != nil {
		cancel()
		return nil, nil, err
	}
	r.work.Go(func() {
		f.end(r.watch(ctx, q, func(ev spec.Event) error { return f.add(ctx, ev, p.role) }))
	})
	t := time.NewTimer(firstTime)
	defer t.Stop()
	select {
	case <-f.more:
		pause(ctx, linger)
	case <-t.C:
	case <-ctx.Done():
	}
	first := f.take()
	if first.Err != nil && len(first.Events) == 0 {
		r.detach(key, f)
		return nil, nil, first.Err
	}
	if result, err = wire.Encode(first, wire.Hide); err != nil {
		r.detach(key, f)
		return nil, nil, err
	}
	if first.Ended || first.Paused {
		r.detach(key, f)
		return result, nil, nil
	}
	return result, func() {
		r.work.Go(func() {
			defer r.detach(key, f)
			f.tell(ctx, online, s, key)
		})
	}, nil
}

// watch is Follow of the agent. A fault in it must not end the agent.
func (r *Responder) watch(ctx context.Context, q asked, fn func(spec.Event) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("following panicked", "run", q.Run, "panic", fmt.Sprint(p))
			err = spec.Errorf(spec.Internal, "the agent could not follow: %v", p)
		}
	}()
	return r.agent.Follow(ctx, q.Run, q.After, fn)
}

func (r *Responder) attach(ctx context.Context, key followKey, f *follower) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.followers[key]; old != nil {
		old.stop()
	} else if len(r.followers) >= mostFollowers {
		return spec.Errorf(spec.Unavailable, "too many follow the agent's runs")
	}
	r.followers[key] = f
	// Also one whose first batch could not be told is to be forgotten.
	context.AfterFunc(ctx, func() { r.detach(key, f) })
	return nil
}

func (r *Responder) detach(key followKey, f *follower) {
	f.stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.followers[key] == f {
		delete(r.followers, key)
	}
}

func (r *Responder) unfollow(key followKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.followers[key]; f != nil {
		f.stop()
	}
}

// left forgets a client that went offline.
func (r *Responder) left(who session.JID) {
	r.heap.forget(who)
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, f := range r.followers {
		if key.peer == who {
			f.stop()
		}
	}
}

// add takes an event, and waits while too many are on their way.
func (f *follower) add(ctx context.Context, ev spec.Event, role Role) error {
	if role != Deploy {
		ev.Returns = nil // which may hold what only those who deploy need
	}
	text, err := wire.Encode(ev, wire.Hide)
	if err != nil {
		return err
	}
	for {
		f.mu.Lock()
		if f.bytes < aheadBytes || len(f.lines) == 0 {
			f.lines = append(f.lines, line{ev, len(text)})
			f.bytes += len(text)
			f.mu.Unlock()
			token(f.more)
			return nil
		}
		f.mu.Unlock()
		select {
		case <-f.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *follower) end(err error) {
	f.mu.Lock()
	f.ended, f.err = true, err
	f.mu.Unlock()
	token(f.more)
}

// take gives what is to be told next.
func (f *follower) take() batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := batch{After: f.after}
	n, bytes := 0, 0
	for n < len(f.lines) && f.left > 0 && (n == 0 || bytes+f.lines[n].bytes <= batchBytes) {
		b.Events = append(b.Events, f.lines[n].event)
		f.after = f.lines[n].event.Seq
		bytes += f.lines[n].bytes
		n++
		f.left--
	}
	f.lines = f.lines[n:]
	f.bytes -= bytes
	switch {
	case len(f.lines) > 0:
		token(f.more)
		b.Paused = f.left == 0
	case f.ended:
		b.Ended = true
		if f.err != nil {
			b.Err = wire.Error(f.err)
		}
	default:
		b.Paused = f.left == 0
	}
	token(f.room)
	return b
}

// tell sends batches until there are none, credit or lease has run out, or the
// session has ended.
func (f *follower) tell(ctx, online context.Context, s *session.Session, key followKey) {
	for {
		select {
		case <-f.more:
			pause(ctx, linger)
		case <-ctx.Done():
		}
		b := batch{After: f.last()}
		switch {
		case ctx.Err() == nil:
			b = f.take()
		case online.Err() != nil || errors.Is(ctx.Err(), context.Canceled):
			return // nobody is there to be told
		default:
			b.Paused = true // the lease has run out
		}
		if b.Ended && b.Err != nil && b.Err.Kind == spec.Timeout {
			b = batch{After: b.After, Events: b.Events, Paused: true} // so has it here
		}
		text, err := wire.Encode(b, wire.Hide)
		if err != nil || len(text) > 2*wire.Piece { // a large event is fetched, in pieces
			b = batch{After: b.After, Paused: true}
			text, _ = wire.Encode(b, wire.Hide)
		}
		e := session.Stanza("message", "type", "headline", "to", string(key.peer)).
			Add(session.New(wire.Namespace, "events", "follow", key.id).WithText(string(text)))
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

// token puts a token into a channel of size 1 unless there is one.
func token(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // there is one
	}
}

// pause waits, and not longer than ctx lasts.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
