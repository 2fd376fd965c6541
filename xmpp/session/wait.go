package session

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// atOnce is how much is asked at once over a link that is fast.
const atOnce = 8

// InParallel calls fn for 0 to n-1 until one fails or ctx ends: the first alone, then as
// many at once as take about two seconds. More would only wait before a server that
// limits rates, and everything else behind them.
func InParallel(ctx context.Context, n int, fn func(ctx context.Context, i int) error) error {
	began := time.Now()
	if n < 1 {
		return nil
	}
	if err := fn(ctx, 0); err != nil || n == 1 {
		return err
	}
	g, limited := errgroup.WithContext(ctx)
	g.SetLimit(int(max(1, min(atOnce, 2*time.Second/max(time.Since(began), time.Millisecond)))))
	for i := 1; i < n && limited.Err() == nil; i++ {
		g.Go(func() error { return fn(limited, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// Sleep waits for a while, and not longer than ctx lasts.
func Sleep(ctx context.Context, d time.Duration) {
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
