package task

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// execute hands the work over as a run and shows its events. An interrupt stops it.
func (t *task) execute(ctx context.Context, target spec.Path) error {
	res := runResult{Type: "result", OK: true, Host: target.Host(), Lifecycle: t.work.Lifecycle, Stack: t.work.From}
	if len(t.work.Steps) == 0 {
		return t.result(res)
	}
	begun := time.Now()
	run := spec.Run{ID: newRunID(begun), By: settings.Operator(), Work: t.work}
	res.Run, res.OK = run.ID, false
	if err := t.agent.Start(ctx, run); err != nil {
		return err
	}
	last, seen := 0, false
	show := t.printer(target.Host())
	take := func(ev spec.Event) error {
		last = ev.Seq
		ev.Returns = t.hide(ev.Returns)
		show(run, ev)
		if ev.Stack != nil {
			res.Stack = ev.Stack
		}
		if ev.Kind == spec.EventStepDone && ev.Returns != nil {
			res.Returns = ev.Returns
		}
		if ev.Kind == spec.EventRunDone {
			seen, res.OK, res.Error = true, ev.Err == nil, ev.Err
		}
		return nil
	}
	if f, ok := t.Fleet.(*connect.Live); ok {
		stop := f.TellHost(target.Host(), t.Err)
		defer stop()
	}
	err := t.agent.Follow(ctx, run.ID, 0, take)
	if ctx.Err() != nil && !seen {
		err = t.stop(ctx, run.ID, last, take)
	}
	if err != nil {
		return output.Exit(output.ExitUnreachable, fmt.Errorf("the run %s on %s cannot be followed, and may go on there: %w", run.ID, target.Host(), err))
	}
	res.Seconds = time.Since(begun).Seconds()
	return t.result(res)
}

// stop ends a run whose operator interrupts it, and follows it to its end.
func (t *task) stop(ctx context.Context, id spec.RunID, after int, take func(spec.Event) error) error {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), connect.StopTime)
	defer cancel()
	if err := t.agent.Stop(grace, id); err != nil {
		return err
	}
	err := t.agent.Follow(grace, id, after, take)
	if errors.Is(err, context.DeadlineExceeded) {
		return spec.Errorf(spec.Timeout, "it did not stop within %v", connect.StopTime)
	}
	return err
}

// hide takes secrets out of what the provide returned.
func (t *task) hide(returns any) any {
	table, ok := returns.(map[string]any)
	if !ok {
		return returns
	}
	out := value.CloneTable(table)
	for name, x := range out {
		if slices.ContainsFunc(t.route.Provide.Returns, func(v spec.Variable) bool { return v.Name == name && v.Hidden() }) {
			out[name] = spec.Secret(fmt.Sprint(x))
		}
	}
	return out
}

// printer gives the function that shows events.
func (t *task) printer(host spec.Host) func(spec.Run, spec.Event) {
	if t.JSON() {
		return func(r spec.Run, ev spec.Event) { t.jsonEvent(host, r, ev) }
	}
	plain := output.NewPlain(t.Out, host)
	return func(r spec.Run, ev spec.Event) {
		plain.Update(deploy.Update{Host: host, Lifecycle: r.Lifecycle, Step: stepOf(r, ev), Event: ev})
	}
}

func (t *task) jsonEvent(host spec.Host, r spec.Run, ev spec.Event) {
	_ = output.WriteJSON(t.Out, struct { // an output that is gone must not stop a run
		Type      string     `json:"type"`
		Run       spec.RunID `json:"run"`
		Host      spec.Host  `json:"host"`
		Lifecycle string     `json:"lifecycle"`
		Step      *spec.Step `json:"step,omitempty"`
		Event     spec.Event `json:"event"`
	}{"event", r.ID, host, r.Lifecycle, stepOf(r, ev), ev})
}

func stepOf(r spec.Run, ev spec.Event) *spec.Step {
	if ev.Step < 0 || ev.Step >= len(r.Steps) {
		return nil
	}
	return &r.Steps[ev.Step]
}

func newRunID(now time.Time) spec.RunID {
	b := make([]byte, 3)
	_, _ = rand.Read(b) // never fails
	return spec.RunID(now.UTC().Format("20060102-150405") + "-" + hex.EncodeToString(b))
}
