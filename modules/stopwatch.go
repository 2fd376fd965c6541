package modules

import (
	"slices"
	"sync"
	"time"

	"go.starlark.net/starlark"
)

// stopwatch cancels threads that compute too long together. It stands still while
// they wait for the host.
type stopwatch struct {
	mu      sync.Mutex
	left    time.Duration
	since   time.Time
	timer   *time.Timer // nil while it stands still
	threads []*starlark.Thread
}

func newStopwatch(limit time.Duration) *stopwatch { return &stopwatch{left: limit} }

const timeIsUp = "time limit"

// run lets the time run for a thread, until the function that it gives is called.
func (w *stopwatch) run(t *starlark.Thread) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.threads = append(w.threads, t)
	if len(w.threads) == 1 {
		w.start()
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.threads = slices.DeleteFunc(w.threads, func(o *starlark.Thread) bool { return o == t })
		if len(w.threads) == 0 {
			w.pause()
		}
	}
}

// start and pause are called with the lock held.
func (w *stopwatch) start() {
	w.since = time.Now()
	w.timer = time.AfterFunc(w.left, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, t := range w.threads {
			t.Cancel(timeIsUp)
		}
	})
}

func (w *stopwatch) pause() {
	if w.timer != nil && w.timer.Stop() {
		w.left -= time.Since(w.since)
	} else {
		w.left = 0
	}
	w.timer = nil
}

// waiting runs fn while the time stands still.
func waiting(t *starlark.Thread, fn func()) {
	b := budgetOf(t)
	if b == nil || b.stopwatch == nil {
		fn()
		return
	}
	b.mu.Lock()
	b.pause()
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.start()
	}()
	fn()
}
