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

func (c *Clock) up() bool { return c.over(0) }

// over reports whether the limit has been passed by a while.
func (c *Clock) over(grace time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	used := c.used
	if !c.since.IsZero() {
		used += time.Since(c.since)
	}
	return used > c.limit+grace
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
