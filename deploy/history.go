package deploy

import (
	"cmp"
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Past is something that was done to a lifecycle of a host.
type Past struct {
	spec.Called
	Host      spec.Host
	Lifecycle string
}

// History asks hosts, in parallel, for all that was done there, the newest first: to one
// lifecycle, on one host or on all. It also gives the hosts that did not answer.
func History(ctx context.Context, f Fleet, of DriftOf) (all []Past, missing []spec.Host) {
	hosts := f.Hosts()
	if of.Host != "" {
		hosts = []spec.HostStatus{{Host: of.Host}}
	}
	said, failed := make([][]Past, len(hosts)), make([]bool, len(hosts))
	each(len(hosts), func(i int) {
		failed[i] = AskHost(ctx, f, hosts[i].Host, func(ctx context.Context, a spec.Agent) error {
			stacks, err := a.Stacks(ctx)
			for _, s := range stacks {
				if of.Lifecycle != "" && s.Path.Lifecycle() != of.Lifecycle {
					continue
				}
				for _, c := range s.Calls {
					said[i] = append(said[i], Past{c, hosts[i].Host, s.Path.Lifecycle()})
				}
			}
			return err
		}) != nil
	})
	for i, h := range hosts {
		if failed[i] {
			missing = append(missing, h.Host)
		}
	}
	all = slices.Concat(said...)
	slices.SortStableFunc(all, func(a, b Past) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Lifecycle, b.Lifecycle))
	})
	return all, missing
}
