package find

import (
	"context"
	"path"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

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
// pattern, as those of files.
func chooseHosts(f deploy.Fleet, names []string) (deploy.Fleet, error) {
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
	return &subset{f, hosts}, nil
}

// isGlob reports whether a name of a host is a pattern.
func isGlob(name string) bool { return strings.ContainsAny(name, "*?[") }

// Hosts lists the hosts that were named.
func (s *subset) Hosts() []spec.HostStatus {
	return slices.DeleteFunc(s.Fleet.Hosts(), func(h spec.HostStatus) bool { return !slices.Contains(s.hosts, h.Host) })
}

// atOnce bounds how many hosts are asked at the same time.
const atOnce = 64

// InParallel calls fn for 0 to n-1, many at once, and gives what each returned.
func InParallel(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range n {
		group.Go(func() error {
			errs[i] = fn(i)
			return nil // an error of one does not stop the others
		})
	}
	_ = group.Wait()
	return errs
}

// AskAll asks every host the same, and joins the answers in the order of the hosts.
// Hosts that cannot be reached are named once and left out. It is an error if that is
// all of them, or if one refuses to answer.
func AskAll[T any](ctx context.Context, f *Finder, ask func(context.Context, spec.Agent) ([]T, error)) ([]T, error) {
	hosts := f.Hosts()
	answers := make([][]T, len(hosts))
	errs := InParallel(len(hosts), func(i int) error {
		a, err := f.Agent(hosts[i].Host)
		if err == nil {
			answers[i], err = ask(ctx, a)
		}
		return err
	})
	var out []T
	skipped := 0
	for i, err := range errs {
		switch {
		case err == nil:
			out = append(out, answers[i]...)
		case spec.KindOf(err) == spec.Unavailable:
			f.skip(hosts[i].Host, err)
			skipped++
		default:
			return nil, err
		}
	}
	if len(hosts) > 0 && skipped == len(hosts) {
		return nil, output.Exit(output.ExitUnreachable, f.unreachable)
	}
	return out, nil
}
