package deploy

import (
	"context"
	"errors"
	"io"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
)

// way is something that can be done about a deployment that did not come to its end.
type way struct {
	text string
	// do does it, and reports whether the deployment goes on. Without, and without an error,
	// the person is asked again.
	do func(context.Context) (again bool, err error)
}

// decide asks what is to be done about what failed, by number, and does it.
func (c *carrier) decide(ctx context.Context, fleet deploy.Fleet, r *rollout.Rollout) (again bool, err error) {
	for {
		c.show.Result(r.Snapshot())
		ways := c.ways(fleet, r)
		texts := make([]string, len(ways))
		for i := range ways {
			texts[i] = ways[i].text
		}
		c.prompt.Say("\nIt did not come to its end. What can be done:\n")
		i, err := c.prompt.Choose(ctx, "What now", texts, "stop here")
		if err != nil || i < 0 {
			return false, err
		}
		again, err := ways[i].do(ctx)
		switch {
		case again && err == nil, errors.Is(err, io.EOF), ctx.Err() != nil:
			return again, err
		case err != nil && !errors.Is(err, output.ErrNotConfirmed):
			output.PrintError(c.Err, err)
		}
	}
}

// ways lists what can be done.
func (c *carrier) ways(fleet deploy.Fleet, r *rollout.Rollout) []way {
	var out []way
	s := r.Snapshot()
	for _, t := range s.Retriable() {
		what := t.Lifecycle + " on " + string(t.Host)
		out = append(out, way{"retry " + what, func(ctx context.Context) (bool, error) { return true, r.Retry(ctx, t.ID) }})
		if t.Undoes != "" {
			continue
		}
		out = append(out,
			way{"skip " + what + ", and go on without it", func(ctx context.Context) (bool, error) {
				why, err := c.reason(ctx, "Why is it skipped")
				if err != nil || why == "" {
					return false, err
				}
				return true, r.Skip(t.ID, why)
			}},
			way{"take " + what + " as done, which you did by hand", func(ctx context.Context) (bool, error) {
				why, err := c.reason(ctx, "How was it done")
				if err != nil || why == "" {
					return false, err
				}
				return true, r.MarkDone(t.ID, why, nil)
			}})
	}
	if !s.RolledBack {
		out = append(out, way{"change answers, then go on with what is left", func(ctx context.Context) (bool, error) {
			d := &deployment{Global: c.Global, Streams: c.Streams, Format: output.PlainFormat(), prompt: c.prompt, show: c.show, wait: c.wait}
			err := d.replan(ctx, fleet, r)
			return err == nil, err
		}})
	}
	if s.StepsDone > 0 && !s.RolledBack {
		out = append(out, way{"roll back: take back what the deployment did", func(ctx context.Context) (bool, error) {
			p, previews, err := c.planRollback(ctx, r, nil)
			if err != nil {
				return false, err
			}
			if yes, err := c.prompt.Confirm(ctx, takeBack(p), false); err != nil || !yes {
				return false, err
			}
			return true, r.Rollback(p, previews)
		}})
	}
	return out
}

// reason asks for one, for those who look at the deployment later. "" is that nothing is to be done.
func (c *carrier) reason(ctx context.Context, question string) (string, error) {
	c.prompt.Say("%s, for those who look at it later, or Enter to do nothing: ", question)
	return c.prompt.Read(ctx)
}
