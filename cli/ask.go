package cli

import (
	"context"
	"slices"
	"sync"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// chosen is a fleet of some of a fleet's hosts.
type chosen struct {
	deploy.Fleet
	hosts []spec.Host
}

// choose keeps the named hosts of a fleet, all if none is named.
func choose(f deploy.Fleet, hosts []spec.Host) (deploy.Fleet, error) {
	if len(hosts) == 0 {
		return f, nil
	}
	for _, h := range hosts {
		if _, err := f.Agent(h); err != nil {
			return nil, err
		}
	}
	return &chosen{f, hosts}, nil
}

// Hosts lists the hosts that were named.
func (c *chosen) Hosts() []deploy.HostStatus {
	return slices.DeleteFunc(c.Fleet.Hosts(), func(s deploy.HostStatus) bool { return !slices.Contains(c.hosts, s.Host) })
}

// answer is what one host said, or why it said nothing.
type answer[T any] struct {
	host  spec.Host
	value T
	err   error
}

// askedAtOnce bounds how many hosts are asked at the same time.
const askedAtOnce = 64

// askAll asks every host of a fleet the same, in parallel, and gives the answers in
// the order of the hosts.
func askAll[T any](ctx context.Context, f deploy.Fleet, ask func(context.Context, spec.Agent) (T, error)) []answer[T] {
	hosts := f.Hosts()
	out := make([]answer[T], len(hosts))
	slots := make(chan struct{}, askedAtOnce) // full: the next waits for a slot
	var wg sync.WaitGroup
	for i, h := range hosts {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			out[i].host = h.Host
			a, err := f.Agent(h.Host)
			if err == nil {
				out[i].value, err = ask(ctx, a)
			}
			out[i].err = err
		})
	}
	wg.Wait()
	return out
}
