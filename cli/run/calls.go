package run

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// undoneCall is the call of a provide of a state that would be left: whoever made it may
// rely on it. Of several by the same person in the same deployment it is the last.
type undoneCall struct {
	Path       spec.Path         `json:"path"`
	At         time.Time         `json:"at"`
	Who        string            `json:"who,omitempty"`
	Run        spec.RunID        `json:"run,omitempty"`
	Deployment spec.DeploymentID `json:"deployment,omitempty"` // none: it was called by itself
	UsedBy     []spec.Path       `json:"used_by,omitempty"`    // the applied states that required it
}

// findUndoneCalls asks the agent which calls the work would make void.
func (r *hostRun) findUndoneCalls(ctx context.Context) error {
	r.undone = nil
	if !slices.ContainsFunc(r.work.Steps, func(s spec.Step) bool { return s.Action == spec.Leave || s.Action == spec.TakeBack }) {
		return nil
	}
	stacks, err := r.agent.Stacks(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(stacks, func(s spec.Stack) bool { return s.Path == r.target.Cut(2) })
	if i < 0 {
		return nil
	}
	for _, c := range stacks[i].CallsUndoneBy(r.work.Steps) {
		call := undoneCall{stacks[i].Path.Join(c.State, c.Provide), c.At, c.Who, c.By, rollout.DeploymentOf(c.By), r.stillApplied(ctx, c.For)}
		r.undone = slices.DeleteFunc(r.undone, func(x undoneCall) bool {
			return x.Path == call.Path && x.Who == call.Who && (x.Deployment == call.Deployment || slices.Equal(x.UsedBy, call.UsedBy) && len(x.UsedBy) > 0)
		})
		r.undone = append(r.undone, call)
	}
	return nil
}

// stillApplied are those of some states that are applied. Of a host that does not answer it
// is taken that they are.
func (r *hostRun) stillApplied(ctx context.Context, states []spec.Path) (out []spec.Path) {
	for _, state := range states {
		if state.Cut(2) == r.target.Cut(2) {
			continue
		}
		var stacks []spec.Stack
		err := deploy.AskHost(ctx, r.Fleet, state.Host(), func(ctx context.Context, a spec.Agent) (err error) {
			stacks, err = a.Stacks(ctx)
			return err
		})
		applied := slices.ContainsFunc(stacks, func(s spec.Stack) bool {
			return s.Path == state.Cut(2) && slices.Contains(s.Names(), state.State())
		})
		if err != nil || applied {
			out = append(out, state)
		}
	}
	return out
}

// String says when it was called, by whom, and in which deployment.
func (c undoneCall) String() string {
	out := ""
	for _, state := range c.UsedBy {
		out += fmt.Sprintf("used by %s on %s (%s), ", state.Lifecycle(), state.Host(), state.State())
	}
	out += "called " + c.At.Local().Format("2006-01-02 15:04:05")
	if c.Who != "" {
		out += " by " + c.Who
	}
	switch {
	case c.Deployment != "":
		out += ", deployment " + string(c.Deployment)
	case c.Run != "":
		out += ", run " + string(c.Run)
	}
	return out
}

const callsAreUndone = "provides were called of the states that are left"

// printUndoneCalls names the provides, with who called each.
func (c *command) printUndoneCalls(w io.Writer, calls []undoneCall) {
	what := callsAreUndone
	if c.takesBack {
		what = "what is taken back"
	}
	output.Printf(w, "%s:\n", what)
	for _, c := range calls {
		output.Printf(w, "  %s  %s\n", c.Path, c)
	}
}

// confirm asks whether to go on if provides were called of states that would be left.
func (c *command) confirm(ctx context.Context, runs []*hostRun) error {
	var undone []undoneCall
	for _, r := range runs {
		undone = append(undone, r.undone...)
	}
	used := slices.ContainsFunc(undone, func(x undoneCall) bool { return len(x.UsedBy) > 0 })
	if used && !c.breakUse {
		problems := make([]spec.Problem, len(undone))
		for i, x := range undone {
			problems[i] = spec.Problem{Path: x.Path, Msg: x.String()}
		}
		what := "the states that are left"
		if c.takesBack {
			what = "what is taken back"
		}
		return output.WithProblems(spec.Errorf(spec.Conflict, "others rely on %s", what).
			WithHint("leave those first, or add --break to go on all the same"), problems)
	}
	if len(undone) == 0 || c.yes || used {
		return nil
	}
	prompt := output.NewPrompter(c.In, c.Err)
	if c.JSON() || !prompt.AtTerminal() {
		problems := make([]spec.Problem, len(undone))
		for i, x := range undone {
			problems[i] = spec.Problem{Path: x.Path, Msg: x.String()}
		}
		return output.WithProblems(spec.Errorf(spec.Invalid, callsAreUndone).WithHint("add --yes to go on all the same"), problems)
	}
	c.printUndoneCalls(c.Err, undone)
	yes, err := prompt.Confirm(ctx, "Go on?", false)
	if err == nil && !yes {
		return output.ErrNotConfirmed
	}
	return err
}
