package interp

import (
	"sync"
	"time"
)

// Clock measures how long something computes. It stands still while the computation
// waits for the host.
type Clock struct {
	limit time.Duration

	mu    sync.Mutex // a Monitor reads it too
	what  string
	used  time.Duration
	since time.Time // zero while it stands still
}

// NewClock makes one that runs.
func NewClock(limit time.Duration) *Clock { return &Clock{limit: limit, since: time.Now()} }

// Used is how long it has computed so far.
func (c *Clock) Used() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return c.used
	}
	return c.used + time.Since(c.since)
}

// over reports whether the limit has been passed by a while.
func (c *Clock) over(grace time.Duration) bool {
	return c.Used() > c.limit+grace
}

func (c *Clock) pause() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used += time.Since(c.since)
	c.since = time.Time{}
}

func (c *Clock) resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since = time.Now()
}

// About says what computes.
func (c *Clock) About(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.what = what
}

// Monitor knows what modules compute at the moment. A computation is ended between two
// steps of the interpreter; one that is stuck within a step is not, and whoever runs
// modules has to end the process. The zero value is ready, and nil watches nothing.
type Monitor struct {
	mu      sync.Mutex
	running map[*Clock]bool
}

// Begin counts a computation until end is called.
func (m *Monitor) Begin(c *Clock) (end func()) {
	if m == nil {
		return func() {}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == nil {
		m.running = map[*Clock]bool{}
	}
	m.running[c] = true
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.running, c)
	}
}

// Stuck names a computation that goes on although its time was up so long ago.
func (m *Monitor) Stuck(grace time.Duration) (what string, is bool) {
	if m == nil {
		return "", false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.running {
		if c.over(grace) {
			return c.name(), true
		}
	}
	return "", false
}

func (c *Clock) name() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.what
}
