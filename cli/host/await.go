package host

import (
	"context"
	"strconv"
	"time"

	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// lookEvery is how often an agent that does not come is looked at.
const lookEvery = 5 * time.Second

// mostStarts is how often systemd may have started an agent that ends at once.
const mostStarts = 3

// await waits until an agent is in the fleet. If it does not come, what its unit says is the
// error.
func (a *addCommand) await(ctx context.Context, j *job, jid session.JID) (spec.HostStatus, error) {
	timeout := time.NewTimer(a.wait)
	defer timeout.Stop()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		_, changed := a.live.Watch()
		if a.online(jid) {
			return a.find(jid), nil
		}
		select {
		case <-changed:
		case <-tick.C:
			u, err := unitOf(ctx, j)
			if n, _ := strconv.Atoi(u.Starts); err != nil || u.Active == "failed" || u.Active != "active" && n >= mostStarts {
				return spec.HostStatus{}, a.absent(ctx, j, u, err)
			}
		case <-timeout.C:
			u, err := unitOf(ctx, j)
			return spec.HostStatus{}, a.absent(ctx, j, u, err)
		case <-ctx.Done():
			return spec.HostStatus{}, ctx.Err()
		}
	}
}

func unitOf(ctx context.Context, j *job) (enrol.Unit, error) {
	f, err := enrol.Look(ctx, j.Shell)
	return f.Unit, err
}

// absent says why an agent is not in the fleet.
func (a *addCommand) absent(ctx context.Context, j *job, u enrol.Unit, err error) error {
	const hint = "systemctl status armonic-agentd there says more; once it is mended, say this again"
	switch {
	case err != nil:
		return err
	case u.Connected():
		return spec.Errorf(spec.Timeout, "its agent is connected, and is not in the fleet after %s", a.wait).
			WithHint("does it obey you? its masters are in /etc/armonic/agent.yaml there")
	case u.Active == "active":
		return spec.Errorf(spec.Failed, "its agent runs and is not in the fleet after %s: %s", a.wait, u.Status).WithHint(hint)
	}
	return spec.Errorf(spec.Failed, "its agent does not run: %s", enrol.Said(ctx, j.Shell)).WithHint(hint)
}
