package wait

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
