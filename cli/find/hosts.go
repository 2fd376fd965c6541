package find

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// subset is a fleet of some of a fleet's hosts.
type subset struct {
	deploy.Fleet
	hosts []spec.Host
}

// chooseHosts keeps the named hosts of a fleet, all if none is named. A name may be a
// pattern, as those of files, or @ and the name of a group.
func chooseHosts(f deploy.Fleet, names []string, g deploy.Groups) (deploy.Fleet, error) {
	if len(names) == 0 {
		return f, nil
	}
	var hosts []spec.Host
	for _, name := range names {
		if !deploy.IsPattern(name) {
			if _, err := f.Agent(spec.Host(name)); err != nil {
				return nil, err
			}
		}
		hosts = append(hosts, spec.Host(name))
	}
	hosts, err := g.Expand(hosts, f)
	return &subset{f, hosts}, err
}

// Hosts lists the hosts that were named.
func (s *subset) Hosts() []spec.HostStatus {
	return slices.DeleteFunc(s.Fleet.Hosts(), func(h spec.HostStatus) bool { return !slices.Contains(s.hosts, h.Host) })
}

// AskAll asks every host the same, and joins the answers in the order of the hosts. A
// host that gives none is named, left out, and not asked again; none is waited for longer
// than deploy.AskHost does. It is an error if that is all of them. A Finder that postpones
// leaves out hosts that are late, too, if others have answered.
func AskAll[T any](ctx context.Context, f *Finder, ask func(context.Context, spec.Agent) ([]T, error)) ([]T, error) {
	hosts := slices.DeleteFunc(f.Hosts(), func(h spec.HostStatus) bool { return f.skipped[h.Host] || f.late[h.Host] })
	hostCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	waiting := newWaiting(f, hosts, cancel)
	defer func() { f.postpone = false }() // who has answered once is waited for: what it said is in the listing
	answers := make([][]T, len(hosts))
	errs := deploy.InParallel(len(hosts), func(i int) error {
		defer waiting.over(hosts[i].Host)
		return deploy.AskHost(hostCtx, f, hosts[i].Host, func(ctx context.Context, a spec.Agent) (err error) {
			answers[i], err = ask(ctx, a)
			return err
		})
	})
	waiting.end()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var out []T
	failed := 0
	for i, err := range errs {
		switch {
		case f.late[hosts[i].Host]:
			errs[i] = nil // it is asked again
		case err != nil:
			failed++
		default:
			out = append(out, answers[i]...)
		}
	}
	if failed == len(hosts) { // what all say is about the question, unless they cannot be asked
		for _, err := range errs {
			if !outOfReach(err) {
				return nil, err
			}
		}
	}
	for i, err := range errs {
		if err != nil {
			f.skip(hosts[i].Host, err)
		}
	}
	if f.unreachable != nil && failed == len(hosts) {
		return nil, output.Exit(output.ExitUnreachable, f.unreachable)
	}
	return out, nil
}

// outOfReach reports whether an error is about the host rather than about what it was asked.
func outOfReach(err error) bool {
	switch spec.KindOf(err) {
	case spec.Unavailable, spec.Timeout, spec.Protocol:
		return true
	case spec.Internal, spec.Invalid, spec.NotFound, spec.Ambiguous, spec.Conflict, spec.Denied, spec.Failed, spec.Canceled:
	}
	return false
}

// patience is how long nothing is said of hosts that have not answered.
const patience = 2 * time.Second

// waiting says of which hosts an answer is waited for, once, if that takes long, or
// postpones them.
type waiting struct {
	mu    sync.Mutex
	hosts []spec.Host
	timer *time.Timer
}

func newWaiting(f *Finder, hosts []spec.HostStatus, postpone func()) *waiting {
	w := &waiting{}
	for _, h := range hosts {
		w.hosts = append(w.hosts, h.Host)
	}
	w.timer = time.AfterFunc(patience, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.hosts) > 0 && !f.waitedFor {
			output.Printf(f.warn, "waiting for the answer of %s\n", firstFew(w.hosts))
			if f.postpone && len(w.hosts) < len(hosts) {
				for _, h := range w.hosts {
					f.late[h] = true
				}
				postpone()
			}
		}
	})
	return w
}

// over notes that a host is not waited for any more.
func (w *waiting) over(h spec.Host) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts = slices.DeleteFunc(w.hosts, func(x spec.Host) bool { return x == h })
}

// end returns when nothing is said any more.
func (w *waiting) end() {
	w.timer.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts = nil
}
