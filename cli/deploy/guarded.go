package deploy

import (
	"context"
	"fmt"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
)

// confirmGuarded sees to it that what guarded steps have changed is confirmed, until stop is
// called: with --yes as soon as the agent is connected again, else a person is asked, who is
// to try first whether they can still log in.
func (c *carrier) confirmGuarded(ctx context.Context, r *rollout.Rollout) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		asked := map[resolver.TaskID]time.Time{} // by what is waited for until then
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			for _, t := range r.Snapshot().Tasks {
				if t.Guard.IsZero() || asked[t.ID].Equal(t.Guard) {
					continue
				}
				asked[t.ID] = t.Guard
				c.confirmTask(ctx, r, t)
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// confirmTask confirms what a guarded step of a task has changed, or asks whether to.
func (c *carrier) confirmTask(ctx context.Context, r *rollout.Rollout, t *rollout.TaskView) {
	switch {
	case c.yes:
	case !c.show.Interactive():
		output.Printf(c.Err, "%s waits until %s for: armonic confirm %[1]s\n", t.Host, t.Guard.Local().Format("15:04:05"))
		return
	default:
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() { // the agent's clock says how long; ours may be another
			for tick := time.Tick(lookEvery); ctx.Err() == nil; {
				select {
				case <-tick:
				case <-ctx.Done():
				}
				if now := r.Snapshot().Task(t.ID); now == nil || !now.Guard.Equal(t.Guard) {
					cancel()
				}
			}
		}()
		question := fmt.Sprintf("%s on %s is changed until %s. Try now whether you can still reach it. Keep it?", t.Lifecycle, t.Host, t.Guard.Local().Format("15:04:05"))
		if yes, err := c.prompt.Confirm(ctx, question, false); err != nil || !yes {
			return
		}
	}
	if err := r.Confirm(ctx, t.ID); err != nil {
		output.PrintError(c.Err, err)
	}
}
