package run

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
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
}

// findUndoneCalls asks the agent which calls the work would make void.
func (r *hostRun) findUndoneCalls(ctx context.Context) error {
	r.undone = nil
	if !slices.ContainsFunc(r.work.Steps, func(s spec.Step) bool { return s.Action == spec.Leave }) {
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
		call := undoneCall{stacks[i].Path.Join(c.State, c.Provide), c.At, c.Who, c.By, deploy.DeploymentOf(c.By)}
		r.undone = slices.DeleteFunc(r.undone, func(x undoneCall) bool {
			return x.Path == call.Path && x.Who == call.Who && x.Deployment == call.Deployment
		})
		r.undone = append(r.undone, call)
	}
	return nil
}

// String says when it was called, by whom, and in which deployment.
func (c undoneCall) String() string {
	out := "called " + c.At.Local().Format("2006-01-02 15:04:05")
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
func printUndoneCalls(w io.Writer, calls []undoneCall) {
	output.Printf(w, "%s:\n", callsAreUndone)
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
	if len(undone) == 0 || c.yes {
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
	printUndoneCalls(c.Err, undone)
	yes, err := prompt.Confirm(ctx, "Go on?", false)
	if err == nil && !yes {
		return output.ErrNotConfirmed
	}
	return err
}
