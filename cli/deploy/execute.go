package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// askConfirmation asks whether to go on, unless that was said already.
func (d *deployment) askConfirmation(ctx context.Context, plan *resolver.Plan) (bool, error) {
	if d.yes || d.dryRun {
		return true, nil
	}
	if !d.show.Interactive() {
		return false, spec.Errorf(spec.Invalid, "nobody can be asked to confirm with -o %s", d.Format.String()).WithHint("add --yes")
	}
	names := make([]string, len(plan.Hosts))
	for i, h := range plan.Hosts {
		names[i] = string(h)
	}
	yes, err := d.prompt.Confirm(ctx, fmt.Sprintf("Run %s on %s?", spec.Count(plan.Steps(), "step", "steps"), strings.Join(names, ", ")), false)
	if errors.Is(err, io.EOF) {
		return false, spec.Errorf(spec.Invalid, "nobody confirmed").WithHint("add --yes to run without asking")
	}
	return yes, err
}

// execute carries the plan out.
func (d *deployment) execute(ctx context.Context, fleet deploy.Fleet, shown map[resolver.TaskID]deploy.TaskPreview) error {
	opt, err := d.options()
	if err != nil {
		return err
	}
	opt.Shown = shown
	r, err := rollout.New(d.session, opt)
	if err != nil {
		return err
	}
	c := d.carrier(opt.Logs != nil)
	return c.carryOut(ctx, fleet, r)
}

// options are those of the rollout that flags say.
func (d *deployment) options() (rollout.Options, error) {
	opt := rollout.Options{By: settings.Operator(), Name: d.name, Logs: d.Deployments(), Patience: d.whenOnline, Unpinned: d.unpinned, Sink: func(u rollout.Update) { d.show.Update(u) }}
	var err error
	if opt.Changed, err = output.ParseChanged(d.changed); err == nil {
		opt.Approval, err = d.demands()
	}
	return opt, err
}

// carrier carries out what was planned.
func (d *deployment) carrier(resumable bool) *carrier {
	return &carrier{Global: d.Global, Streams: d.Streams, show: d.show, prompt: d.prompt, wait: d.wait, yes: d.yes, resumable: resumable}
}

// carrier carries deployments out, in front of an operator.
type carrier struct {
	*settings.Global
	output.Streams
	show   output.Printer
	prompt *output.Prompter
	wait   time.Duration // for hosts that are offline; 0 is for ever
	yes    bool          // ask nothing

	resumable bool // its log is kept
}

// carryOut carries a deployment out to its end. An interrupt stops it after the steps that
// run.
func (c *carrier) carryOut(ctx context.Context, fleet deploy.Fleet, r *rollout.Rollout) error {
	defer r.Close()
	c.show.Start(r.ID())
	if f, ok := fleet.(deploy.Roomed); ok && f.Room(r.ID()) != "" {
		output.Printf(c.Err, "the log can be read in the room %s\n", f.Room(r.ID()))
	}
	waiting, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	stop := reportOffline(r, fleet, c.Err, c.wait, giveUp)
	defer stop()
	quiet := reportApproval(r, c.Err)
	defer quiet()
	unguard := c.confirmGuarded(ctx, r)
	defer unguard()
	r.Start(context.WithoutCancel(ctx))
	for {
		if err := r.Wait(waiting); err != nil {
			if ctx.Err() == nil && spec.KindOf(err) == spec.Canceled && context.Cause(waiting) == nil {
				return output.Exit(output.ExitFailed, err) // somebody else goes on with it
			}
			err := c.interrupt(ctx, r)
			if ctx.Err() == nil { // nobody interrupts it
				err = output.Exit(output.ExitUnreachable, context.Cause(waiting))
			}
			return err
		}
		s := r.Snapshot()
		again, err := c.afterFailure(ctx, fleet, r)
		if err != nil {
			return c.interrupt(ctx, r)
		}
		if !again {
			c.show.Result(s)
			c.hint(s)
			return output.DeploymentExit(s)
		}
	}
}

// retry does again what failed, or only some tasks of it.
func (c *carrier) retry(ctx context.Context, r *rollout.Rollout, only []resolver.TaskID) (retried int) {
	for _, t := range r.Snapshot().Retriable() {
		if len(only) > 0 && !slices.Contains(only, t.ID) {
			continue
		}
		if err := r.Retry(ctx, t.ID); err != nil {
			output.PrintError(c.Err, err)
		} else {
			retried++
		}
	}
	return retried
}

// hint says what can be done about a deployment that did not come to its end.
func (c *carrier) hint(s *rollout.Snapshot) {
	if s.Refused != "" {
		output.Printf(c.Err, "armonic deploy --resume %s --plan-again plans it again, and asks again\n", s.Name)
		return
	}
	if !s.OK && !s.RolledBack && c.show.Interactive() && c.resumable {
		output.Printf(c.Out, "  armonic deploy --resume %s goes on, with --set for other values;\n  armonic deployments skip, mark-done or rollback %[1]s decide otherwise\n", s.Name)
	}
}

func (c *carrier) interrupt(ctx context.Context, r *rollout.Rollout) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), connect.StopTime)
	defer cancel()
	r.Stop(grace)
	_ = r.Wait(grace) // whatever has not ended by now is shown as running
	s := r.Snapshot()
	c.show.Result(s)
	c.hint(s)
	return output.Exit(output.ExitInterrupted, nil)
}

// afterFailure asks what is to become of what failed, where somebody can be asked, and does it.
// again is that the deployment goes on. The error is the context's.
func (c *carrier) afterFailure(ctx context.Context, fleet deploy.Fleet, r *rollout.Rollout) (again bool, err error) {
	s := r.Snapshot()
	if s.OK || c.yes || !c.show.Interactive() {
		return false, nil
	}
	if c.Plain {
		again, err = c.decide(ctx, fleet, r)
	} else if again, err = c.prompt.Confirm(ctx, fmt.Sprintf("%d failed. Retry?", s.Failed), false); again {
		c.retry(ctx, r, nil)
	}
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return again, err
}
