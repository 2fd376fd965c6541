// Package wait has the two small waits that both ends of the protocol need: for a
// while that a context may cut short, and for a token in a channel. It starts nothing
// and knows nothing of stanzas.
package wait

import (
	"context"
	"time"
)

// For waits for a while, and not longer than ctx lasts.
func For(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Wake puts a token into a channel of size 1 unless there is one.
func Wake(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default: // there is one
	}
}
