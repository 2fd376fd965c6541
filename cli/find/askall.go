package find

import (
	"context"
	"sync"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// Reply is what one host said, or why it said nothing.
type Reply[T any] struct {
	Host  spec.Host
	Value T
	Err   error
}

// AskedAtOnce bounds how many hosts are asked at the same time.
const AskedAtOnce = 64

// AskAll asks every host of a fleet the same, in parallel, and gives the answers in
// the order of the hosts.
func AskAll[T any](ctx context.Context, f deploy.Fleet, ask func(context.Context, spec.Agent) (T, error)) []Reply[T] {
	hosts := f.Hosts()
	out := make([]Reply[T], len(hosts))
	slots := make(chan struct{}, AskedAtOnce) // full: the next waits for a slot
	var wg sync.WaitGroup
	for i, h := range hosts {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			out[i].Host = h.Host
			a, err := f.Agent(h.Host)
			if err == nil {
				out[i].Value, err = ask(ctx, a)
			}
			out[i].Err = err
		})
	}
	wg.Wait()
	return out
}
