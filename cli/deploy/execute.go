package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
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

// execute carries the plan out. An interrupt stops it after the steps that run.
func (d *deployment) execute(ctx context.Context, fleet deploy.Fleet) error {
	e, err := deploy.NewExecution(d.session, deploy.Options{By: settings.Operator(), Sink: func(u deploy.Update) { d.show.Update(u) }})
	if err != nil {
		return err
	}
	defer e.Close()
	d.show.Start(e.ID())
	if f, ok := fleet.(deploy.Roomed); ok && f.Room(e.ID()) != "" {
		output.Printf(d.Err, "the log can be read in the room %s\n", f.Room(e.ID()))
	}
	waiting, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	stop := reportOffline(e, fleet, d.Err, d.wait, giveUp)
	defer stop()
	e.Start(context.WithoutCancel(ctx))
	for {
		if err := e.Wait(waiting); err != nil {
			err := d.interrupt(ctx, e)
			if ctx.Err() == nil { // nobody interrupts it
				err = output.Exit(output.ExitUnreachable, context.Cause(waiting))
			}
			return err
		}
		s := e.Snapshot()
		again, err := d.askRetry(ctx, s)
		if err != nil {
			return d.interrupt(ctx, e)
		}
		if !again {
			d.show.Result(s)
			return output.DeploymentExit(s)
		}
		for _, t := range s.Tasks {
			if t.Status == deploy.FailedTask || t.Status == deploy.LostTask {
				if err := e.Retry(ctx, t.ID); err != nil {
					output.PrintError(d.Err, err)
				}
			}
		}
	}
}

func (d *deployment) interrupt(ctx context.Context, e *deploy.Execution) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), connect.StopTime)
	defer cancel()
	e.Stop(grace)
	_ = e.Wait(grace) // whatever has not ended by now is shown as running
	d.show.Result(e.Snapshot())
	return output.Exit(output.ExitInterrupted, nil)
}

// askRetry asks whether to retry what failed, where somebody can be asked. The error
// is the context's.
func (d *deployment) askRetry(ctx context.Context, s *deploy.Snapshot) (bool, error) {
	if s.OK || d.yes || !d.show.Interactive() {
		return false, nil
	}
	yes, err := d.prompt.Confirm(ctx, fmt.Sprintf("%d failed. Retry?", s.Failed), false)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return yes, err
}
