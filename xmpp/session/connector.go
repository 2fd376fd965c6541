package session

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
)

// Opener connects. Account.Open is one.
type Opener func(context.Context) (*Session, error)

// Hooks are told what becomes of a connection, one after another, in the goroutine
// that reads: they must not wait for anything.
type Hooks struct {
	Up     func(*Session)
	Stanza func(*Session, *Element)
	Down   func(*Session, error) // after Up, when that session has ended
}

// Status is how a connection is.
type Status struct {
	Session *Session  // nil if there is none
	Since   time.Time // of the session, or of its loss
	Err     error     // why there is none, as far as known
	Tries   int       // that failed since there was one
	Next    time.Time // of the next try; zero while one is made
}

// Connector keeps an account connected: whenever the connection is lost or cannot be
// made, it tries again, at first soon, then less and less often.
type Connector struct {
	open  Opener
	hooks Hooks
	stop  context.CancelFunc
	done  chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	status  Status
	changed chan struct{} // closed, and replaced, when the status changes
	hurry   chan struct{} // of size 1: a token means that the next try is due now
}

// Connect starts to connect. The caller must call Close.
func Connect(open Opener, hooks Hooks) *Connector {
	c := NewConnector(open)
	c.Start(hooks)
	return c
}

// NewConnector is one that does not connect before Start, for hooks that need it.
func NewConnector(open Opener) *Connector {
	return &Connector{open: open, done: make(chan struct{}),
		status: Status{Since: time.Now()}, changed: make(chan struct{}), hurry: make(chan struct{}, 1)}
}

// Start starts to connect. The caller must call Close.
func (c *Connector) Start(hooks Hooks) {
	ctx, cancel := context.WithCancel(context.Background())
	c.hooks, c.stop = hooks, cancel
	go c.run(ctx)
}

// Close says goodbye to the server and returns when everything has ended.
func (c *Connector) Close() {
	if s := c.Status().Session; s != nil {
		s.Close()
	}
	c.stop()
	<-c.done
}

// Status says how the connection is.
func (c *Connector) Status() Status {
	s, _ := c.Watch()
	return s
}

// Watch is Status, and a channel that is closed when the status has changed.
func (c *Connector) Watch() (Status, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status, c.changed
}

// Retry makes the next try now.
func (c *Connector) Retry() { Wake(c.hurry) }

// Reconnect gives the session up and makes a new one. When it returns the old one has ended.
func (c *Connector) Reconnect() {
	st, changed := c.Watch()
	if st.Session == nil {
		return
	}
	c.Retry()
	st.Session.fail(spec.Errorf(spec.Unavailable, "the connection is made anew"))
	<-changed
}

// Wait returns the session when there is one. The error is that of ctx, or, if
// patient is false, of the first try that fails.
func (c *Connector) Wait(ctx context.Context, patient bool) (*Session, error) {
	for {
		st, changed := c.Watch()
		switch {
		case st.Session != nil:
			return st.Session, nil
		case !patient && st.Err != nil:
			return nil, st.Err
		}
		select {
		case <-changed:
		case <-c.done:
			return nil, errClosed()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func errClosed() error { return spec.Errorf(spec.Unavailable, "the connection was closed") }

func (c *Connector) set(st Status) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = st
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *Connector) run(ctx context.Context) {
	defer close(c.done)
	tries, lost := 0, time.Now()
	for ctx.Err() == nil {
		s, err := c.open(ctx)
		if err == nil {
			began := time.Now()
			err = c.serve(ctx, s, began)
			good := soon
			if spec.KindOf(err) == spec.Conflict { // two who share an account must not take turns for ever
				good = never
			}
			if lost = time.Now(); lost.Sub(began) > good {
				tries = 0
			}
		}
		if ctx.Err() != nil {
			break
		}
		tries++
		wait := delay(tries, spec.KindOf(err))
		c.set(Status{Since: lost, Err: err, Tries: tries, Next: time.Now().Add(wait)})
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-c.hurry:
		case <-ctx.Done():
		}
		t.Stop()
		c.set(Status{Since: lost, Err: err, Tries: tries})
	}
	c.set(Status{Since: lost, Err: errClosed()})
}

func (c *Connector) serve(ctx context.Context, s *Session, began time.Time) error {
	stop := context.AfterFunc(ctx, func() { s.fail(errClosed()) })
	defer stop()
	c.hooks.Up(s)
	c.set(Status{Session: s, Since: began})
	err := s.Serve(func(e *Element) { c.hooks.Stanza(s, e) })
	c.set(Status{Since: time.Now(), Err: err})
	c.hooks.Down(s, err)
	return err
}

// The pauses between tries. A session that lasted longer than soon was a good one;
// slow is for what a person must mend first: another try may do harm.
const (
	soon  = 10 * time.Second
	first = 500 * time.Millisecond
	most  = 10 * time.Second
	slow  = 30 * time.Second
	never = 5 * time.Minute
)

// delay is how long to wait before a try, so jittered that many who lost the same
// server do not come back at the same moment.
func delay(tries int, why spec.Kind) time.Duration {
	wait, limit := first, most
	if why == spec.Denied || why == spec.Conflict || why == spec.Invalid {
		wait, limit = slow, never
	}
	for range tries - 1 {
		wait = min(2*wait, limit)
	}
	return wait/2 + rand.N(wait)
}
