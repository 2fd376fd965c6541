package inprocess

import (
	"context"
	"time"

	"github.com/armonic/armonic/modules/interp"
)

// StuckAfter is how long a module may go on after its time was up.
const StuckAfter = 10 * time.Second

// WatchStuck calls end when a module computes on although its time was up long ago, until
// stop is called. Such a module is within a single step of the interpreter, where nothing
// interrupts it, so end has to end the process.
func WatchStuck(m *interp.Monitor, after time.Duration, end func(at string)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		tick := time.NewTicker(after / 10)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if at, stuck := m.Stuck(after); stuck {
					end(at)
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}
