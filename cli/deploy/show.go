package deploy

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// showing is one run of `armonic deployments show`.
type showing struct {
	*settings.Global
	output.Streams
	output.Format
	follow, log bool
}

func showCommand(g *settings.Global, s output.Streams) *cobra.Command {
	w := &showing{Global: g, Streams: s}
	c := &cobra.Command{
		Use:     "show ID",
		Short:   "Show how far a deployment is, and what was decided about it",
		Example: "  armonic deployments show shop\n  armonic deployments show shop --follow\n  armonic deployments show shop --log",
		RunE:    func(c *cobra.Command, args []string) error { return w.run(c.Context(), args[0]) },
	}
	w.Format.Register(c)
	c.Flags().BoolVar(&w.log, "log", false, "show what was said in it too, as far as its hosts keep it")
	c.Flags().BoolVar(&w.follow, "follow", false, "go on showing what happens, until it is over")
	return c
}

func (w *showing) run(ctx context.Context, ref string) error {
	fleet, closeFleet, err := connect.Open(ctx, w.Global, w.Streams, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	watch, err := rollout.Deployments{Fleet: fleet, Options: rollout.Options{Logs: w.Deployments()}}.Attach(ctx, ref)
	if err != nil {
		return err
	}
	defer watch.Close()
	if err := w.show(watch.State(), watch.Records()); err != nil {
		return err
	}
	w.lines(ctx, watch)
	if !w.follow {
		return nil
	}
	return w.watch(ctx, watch)
}

// watch shows what happens from now on, until the deployment is over.
func (w *showing) watch(ctx context.Context, watch *rollout.Watch) error {
	for watch.State().Ended.IsZero() {
		select {
		case <-time.After(followEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
		added, err := watch.Look(ctx)
		if err != nil {
			return err
		}
		for _, r := range added {
			w.record(watch.State(), r)
		}
		w.lines(ctx, watch)
	}
	return nil
}

// lines prints what was said, if that is wanted.
func (w *showing) lines(ctx context.Context, watch *rollout.Watch) {
	if !w.log {
		return
	}
	for _, x := range watch.Lines(ctx) {
		if w.JSON() {
			_ = output.WriteJSON(w.Out, jsonLine{"log", x.At, x.Host, x.Task, x.Step, x.Level, x.Text}) // an output that is gone ends the program anyway
			continue
		}
		level := ""
		if x.Level != spec.LevelInfo {
			level = string(x.Level) + ": "
		}
		output.Printf(w.Out, "%s  %s  %s%s\n", x.At.Local().Format("2006-01-02 15:04:05"), x.Host, level, x.Text)
	}
}

type jsonLine struct {
	Type  string          `json:"type"`
	At    time.Time       `json:"at"`
	Host  spec.Host       `json:"host"`
	Task  resolver.TaskID `json:"task"`
	Step  string          `json:"step,omitempty"`
	Level spec.Level      `json:"level"`
	Text  string          `json:"text"`
}

type jsonDeployment struct {
	Type string `json:"type"`
	rollout.Summary
	Carried string           `json:"carried_out_by,omitempty"`
	Tasks   []jsonTaskState  `json:"tasks"`
	Events  []rollout.Record `json:"events"`
	Returns any              `json:"returns,omitempty"`
}

type jsonTaskState struct {
	Task      resolver.TaskID    `json:"task"`
	Host      spec.Host          `json:"host"`
	Lifecycle string             `json:"lifecycle"`
	Status    rollout.TaskStatus `json:"status"`
	Attempt   int                `json:"attempt,omitempty"`
	Run       spec.RunID         `json:"run,omitempty"`
	Steps     []string           `json:"steps"`
	StepsDone int                `json:"steps_done"`
	Undoes    resolver.TaskID    `json:"undoes,omitempty"`
	Reason    string             `json:"reason,omitempty"`
	Error     *spec.Error        `json:"error,omitempty"`
}

func (w *showing) show(state *rollout.State, records []rollout.Record) error {
	snap := state.Snapshot(time.Now())
	if w.JSON() {
		out := jsonDeployment{Type: "deployment", Summary: state.Summary(), Carried: state.By, Tasks: []jsonTaskState{}, Events: decisions(records), Returns: snap.Result}
		for _, t := range snap.Tasks {
			x := jsonTaskState{Task: t.ID, Host: t.Host, Lifecycle: t.Lifecycle, Status: t.Status, Attempt: t.Attempt, Run: t.Run, Undoes: t.Undoes, Reason: t.Reason, Error: t.Err, Steps: []string{}}
			for i, step := range t.Steps {
				x.Steps = append(x.Steps, step.Name())
				if t.StepStates[i].Status == rollout.Done {
					x.StepsDone++
				}
			}
			out.Tasks = append(out.Tasks, x)
		}
		return output.WriteJSON(w.Out, out)
	}
	say := func(format string, args ...any) { output.Printf(w.Out, format, args...) }
	say("%s  %s  %s: %s\n", state.Name, state.ID, state.Word(), spec.CountOf(snap.StepsDone, snap.Steps, "step", "steps"))
	say("  %s, made by %s %s\n", state.Root, state.MadeBy, output.Since(state.MadeAt))
	if state.By != state.MadeBy {
		say("  carried out by %s\n", state.By)
	}
	switch {
	case snap.Awaits != nil:
		say("  waits for approval by %s, of plan %s\n", snap.Awaits.Who(), snap.Awaits.Digest)
	case snap.Approved != "":
		say("  approved by %s\n", snap.Approved)
	case snap.Refused != "":
		say("  refused by %s: %s\n", snap.Refused, snap.RefusedWhy)
	}
	if state.ReplacedBy != "" {
		say("  deployment %s has taken its place\n", state.ReplacedBy)
	}
	if snap.Left > 0 {
		say("  about %s left\n", snap.Left.Round(time.Second))
	}
	var rows [][]string
	for _, t := range snap.Tasks {
		var steps []string
		for i, step := range t.Steps {
			name := step.Name()
			if t.StepStates[i].Status == rollout.Done {
				name += " ok"
			}
			steps = append(steps, name)
		}
		rows = append(rows, []string{string(t.ID), string(t.Host), t.Lifecycle, string(t.Status), strings.Join(steps, ", ")})
	}
	say("\n")
	if err := output.Table(w.Out, []string{"TASK", "HOST", "LIFECYCLE", "STATUS", "STEPS"}, rows); err != nil {
		return err
	}
	say("\n")
	for _, t := range snap.Tasks {
		switch {
		case t.Err != nil && t.Status != rollout.Done:
			say("%s on %s: %s\n", t.Lifecycle, t.Host, t.Err.Error())
			if t.Err.Hint != "" {
				say("  hint: %s\n", t.Err.Hint)
			}
		case t.Status == rollout.Held:
			say("%s on %s needs %s\n", t.Lifecycle, t.Host, snap.HeldBy(t))
		}
	}
	for _, r := range decisions(records) {
		w.record(state, r)
	}
	return nil
}

// decisions are the records about what people decided, without the plans.
func decisions(records []rollout.Record) []rollout.Record {
	out := []rollout.Record{}
	for _, r := range records {
		switch r.Kind {
		case rollout.RecordHandedOver, rollout.RecordStepDone, rollout.RecordStepFailed, rollout.RecordTaskEnded:
			continue
		default:
		}
		r.Plan = nil
		out = append(out, r)
	}
	return out
}

// record prints what happened, in a line.
func (w *showing) record(state *rollout.State, r rollout.Record) {
	if w.JSON() {
		r.Plan = nil
		_ = output.WriteJSON(w.Out, r) // an output that is gone ends the program anyway
		return
	}
	output.Printf(w.Out, "%s  %s\n", r.At.Local().Format("2006-01-02 15:04:05"), state.Describe(r))
}
