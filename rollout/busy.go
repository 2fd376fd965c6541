package rollout

import (
	"context"
	"fmt"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// Busy says which of some hosts execute something now, in words: "web1 is busy with deployment
// shop (2026…) of anna, 3 of 5 steps". What is planned there waits for it. Hosts that do not
// answer are left out.
func Busy(ctx context.Context, f deploy.Fleet, logs *Store, hosts []spec.Host) []string {
	runs := make([]spec.RunID, len(hosts))
	deploy.InParallel(len(hosts), func(i int) error {
		return deploy.AskHost(ctx, f, hosts[i], func(ctx context.Context, a spec.Agent) error {
			info, err := a.Info(ctx)
			runs[i] = info.Busy
			return err
		})
	}) // those that do not answer are not busy for all that is known
	var out []string
	var all []Known
	for i, h := range hosts {
		d := DeploymentOf(runs[i])
		switch {
		case runs[i] == "":
			continue
		case d == "":
			out = append(out, fmt.Sprintf("%s is busy with run %s, which is part of no deployment", h, runs[i]))
			continue
		}
		if all == nil {
			all, _ = List(ctx, f, logs) // without them it is named by its id
		}
		out = append(out, fmt.Sprintf("%s is busy with deployment %s", h, described(d, all)))
	}
	return out
}

// described names a deployment, with who made it and how far it is, as far as that is known.
func described(id spec.DeploymentID, all []Known) string {
	for _, x := range all {
		if x.ID != id {
			continue
		}
		text := fmt.Sprintf("%s (%s)", x.Name, id)
		if x.By != "" {
			text += " of " + x.By
		}
		if x.Steps > 0 {
			text += ", " + spec.CountOf(x.StepsDone, x.Steps, "step", "steps")
		}
		return text
	}
	return string(id)
}
