package cli

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// chosen is a fleet of some of a fleet's hosts.
type chosen struct {
	deploy.Fleet
	hosts []spec.Host
}

// choose keeps the named hosts of a fleet, all if none is named. A name may be a
// pattern, as those of files.
func choose(f deploy.Fleet, names []string) (deploy.Fleet, error) {
	if len(names) == 0 {
		return f, nil
	}
	var hosts []spec.Host
	for _, name := range names {
		if !isGlob(name) {
			if _, err := f.Agent(spec.Host(name)); err != nil {
				return nil, err
			}
			hosts = append(hosts, spec.Host(name))
			continue
		}
		found := 0
		for _, h := range f.Hosts() {
			fits, err := path.Match(name, string(h.Host))
			if err != nil {
				return nil, spec.Errorf(spec.Invalid, "%q is not a pattern of hosts", name).WithHint("* stands for any text, ? for any letter")
			}
			if fits {
				hosts = append(hosts, h.Host)
				found++
			}
		}
		if found == 0 {
			return nil, spec.Errorf(spec.NotFound, "no host is like %q", name).WithHint("armonic list shows the hosts")
		}
	}
	return &chosen{f, hosts}, nil
}

// isGlob reports whether a name of a host is a pattern.
func isGlob(name string) bool { return strings.ContainsAny(name, "*?[") }

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
