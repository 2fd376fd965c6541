package find

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

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
