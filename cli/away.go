package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// tellAway writes a line when the agent of a running task is away, and when it is back,
// until stop is called.
func tellAway(e *deploy.Execution, w io.Writer) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		away := map[spec.Host]bool{}
		for seen := 0; ctx.Err() == nil; seen = e.Changed(ctx, seen) {
			pause(ctx, 200*time.Millisecond) // not at each line of the log
			now := map[spec.Host]*spec.Error{}
			for _, t := range e.Snapshot().Tasks {
				if !t.Away.IsZero() {
					now[t.Host] = t.AwayWhy
				}
			}
			for _, h := range keysOf(now) {
				if !away[h] {
					away[h] = true
					why := ""
					if now[h] != nil {
						why = ": " + clean(now[h].Error())
					}
					_, _ = fmt.Fprintf(w, "%s %s does not answer%s; waiting for it, Ctrl-C ends that\n", time.Now().Format("15:04:05"), h, why)
				}
			}
			for h := range away {
				if _, still := now[h]; !still {
					delete(away, h)
					_, _ = fmt.Fprintf(w, "%s %s answers again\n", time.Now().Format("15:04:05"), h)
				}
			}
		}
	}()
	return func() { cancel(); <-ended }
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
