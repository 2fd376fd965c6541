package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// execute hands the work over and shows its events. An interrupt stops it.
func (r *hostRun) execute(ctx context.Context) error {
	res := result{Type: cmp.Or(r.besides, "result"), OK: true, Host: r.target.Host(), Lifecycle: r.work.Lifecycle, Stack: r.work.From, Simulated: r.route.Simulated}
	if len(r.work.Steps) == 0 {
		return r.printResult(res)
	}
	begun := time.Now()
	run := spec.Run{ID: spec.RunID(rollout.NewID(begun)), By: settings.Operator(), Work: r.work}
	res.Run, res.OK = run.ID, false
	if err := r.agent.Start(ctx, run); err != nil {
		return err
	}
	events, over := spec.NewEventCheck(run), false
	show := r.eventPrinter()
	take := func(ev spec.Event) error {
		show(run, ev)
		if ev.Kind == spec.EventGuarded {
			r.confirmGuarded(ctx, run.ID)
		}
		if ev.Stack != nil {
			res.Stack = ev.Stack
		}
		if ev.Kind == spec.EventStepDone && ev.Returns != nil {
			res.Returns = ev.Returns
		}
		if ev.Kind == spec.EventRunDone {
			over, res.OK, res.Error = true, ev.Err == nil, ev.Err
		}
		return nil
	}
	if f, ok := r.Fleet.(*connect.Live); ok {
		stop := f.TellHost(r.target.Host(), r.Err)
		defer stop()
	}
	err := deploy.FollowRun(ctx, r.agent, run.ID, events, take)
	if ctx.Err() != nil && !over {
		err = r.stop(ctx, run.ID, events, take)
	}
	if spec.KindOf(err) == spec.Protocol {
		return err
	}
	if err != nil {
		return output.Exit(output.ExitUnreachable, fmt.Errorf("the run %s on %s cannot be followed, and may go on there: %w", run.ID, r.target.Host(), err))
	}
	res.Seconds = time.Since(begun).Seconds()
	if res.OK {
		err = r.executeAlso(ctx)
	}
	return cmp.Or(r.printResult(res), err)
}

// confirmGuarded confirms what a guarded step has changed, with --yes, or says how to.
func (r *hostRun) confirmGuarded(ctx context.Context, id spec.RunID) {
	if !r.yes {
		output.Printf(r.Err, "try whether you can still reach %s, and say then: armonic confirm %[1]s\n", r.target.Host())
		return
	}
	go func() { // it is about the run that is being followed, whose events wait meanwhile
		if err := r.agent.Confirm(ctx, id); err != nil {
			output.PrintError(r.Err, err)
		}
	}()
}

// stop ends a run whose operator interrupts it, and follows it to its end.
func (r *hostRun) stop(ctx context.Context, id spec.RunID, events *spec.EventCheck, take func(spec.Event) error) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), connect.StopTime)
	defer cancel()
	if err := r.agent.Stop(grace, id); err != nil {
		return err
	}
	err := deploy.FollowRun(grace, r.agent, id, events, take)
	if errors.Is(err, context.DeadlineExceeded) {
		return spec.Errorf(spec.Timeout, "it did not stop within %v", connect.StopTime)
	}
	return err
}

// eventPrinter gives the function that shows events.
func (r *hostRun) eventPrinter() func(spec.Run, spec.Event) {
	host := r.target.Host()
	if r.JSON() {
		return func(run spec.Run, ev spec.Event) {
			_ = output.WriteJSON(r.out, struct { // an output that is gone must not stop a run
				Type      string     `json:"type"`
				Run       spec.RunID `json:"run"`
				Host      spec.Host  `json:"host"`
				Lifecycle string     `json:"lifecycle"`
				Step      *spec.Step `json:"step,omitempty"`
				Event     spec.Event `json:"event"`
			}{"event", run.ID, host, run.Lifecycle, stepOf(run, ev), ev})
		}
	}
	plain := output.NewPlain(r.out, host)
	return func(run spec.Run, ev spec.Event) {
		plain.Update(rollout.Update{Host: host, Lifecycle: run.Lifecycle, Step: stepOf(run, ev), Event: ev})
	}
}

// stepOf is the step that an event is about, nil if none.
func stepOf(run spec.Run, ev spec.Event) *spec.Step {
	if ev.Step < 0 || ev.Step >= len(run.Steps) {
		return nil
	}
	return &run.Steps[ev.Step]
}

// hostRun is what one host does of the command: it brings one state or provide about.
type hostRun struct {
	*command
	target spec.Path
	out    io.Writer
	agent  spec.Agent
	route  spec.Route
	work   spec.Work
	again  []string     // applied states to be entered again
	undone []undoneCall // what the work would make void
	also   []*hostRun   // what is taken back afterwards

	besides string // the type of its result, if it is one of those
}

// runs makes a run for each target. Their lines do not mix.
func (c *command) runs(targets []spec.Path) []*hostRun {
	out := make([]*hostRun, len(targets))
	var mu sync.Mutex
	for i, at := range targets {
		out[i] = &hostRun{command: c, target: at, out: &lineWriter{out: c.Out, mu: &mu}}
		if c.again {
			out[i].again = []string{at.State()}
		}
	}
	return out
}

// prepare plans the way to the target, and says what is wrong with the values.
func (r *hostRun) prepare(ctx context.Context, values []assignment) ([]spec.Problem, error) {
	var err error
	if r.agent, err = r.Finder.Agent(r.target.Host()); err != nil {
		return nil, err
	}
	if r.route, err = r.agent.Route(ctx, spec.RouteQuery{Provide: r.target, Index: r.pathIndex, Again: r.again}); err != nil {
		return nil, err
	}
	steps, problems, err := fill(r.target.Cut(2), r.route.Steps, values)
	if err != nil {
		return nil, err
	}
	changed, err := output.ParseChanged(r.changed)
	if err != nil {
		return nil, err
	}
	r.work = spec.Work{Lifecycle: r.route.Lifecycle, From: r.route.From, Module: r.route.Module, Steps: steps, Changed: changed}
	if err := r.findUndoneCalls(ctx); err != nil {
		return nil, err
	}
	if err := r.findRequired(ctx); err != nil {
		return nil, err
	}
	wrong, err := r.agent.Check(ctx, r.work)
	return append(problems, wrong...), err
}
