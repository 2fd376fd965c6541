package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/spec"
)

// path is that of a state.
func (a *attempt) path(state string) spec.Path { return spec.MakePath(host, a.def.Name, state) }

// host is the simulated host.
func (a *attempt) host() *view.Memory { return actions.Simulated(a.fleet.Services[host].Kept()) }

// prepare makes work of a route, with invented values.
func (a *attempt) prepare(route spec.Route) (spec.Work, error) {
	work := spec.Work{Lifecycle: a.def.Name, From: route.From}
	for _, step := range route.Steps {
		in, err := a.examples.inputs(step.Requires)
		if err != nil {
			a.warn(step.State, spec.HintOf(err), "%s was not tried: %v", step.Name(), err)
			return work, reported{}
		}
		step.Inputs, step.Requires = in, nil
		work.Steps = append(work.Steps, step)
	}
	return work, nil
}

// carryOut does work and gives the lines that were logged. What is wrong is said to be of
// a state.
func (a *attempt) carryOut(ctx context.Context, state string, work spec.Work) ([]string, error) {
	if len(work.Steps) == 0 {
		return nil, nil
	}
	agent := a.fleet.Services[host]
	last := work.Steps[len(work.Steps)-1]
	problems, err := agent.Check(ctx, work)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		a.warn(state, "give its variables defaults that are right", "%s was not tried: %s", last.Name(), problems[0].Msg)
		return nil, reported{}
	}
	preview, err := agent.Preview(ctx, work)
	if err != nil || len(preview) != len(work.Steps) {
		a.wrong(state, "", "its preview does not show what is done: %d of %d steps (%v)", len(preview), len(work.Steps), err)
	}
	before, lines := a.host().Copy(), len(a.fleet.lines("", 0))
	run := a.newRun(work)
	err = a.fleet.do(ctx, host, run)
	said := a.fleet.lines("", lines)
	a.secrets(ctx, run, last, said, err)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		a.failed(state, err)
		return nil, reported{}
	}
	if last.Action != spec.Leave {
		a.Steps += len(work.Steps)
	}
	a.foreseen(preview, said, before.Changed(a.host()))
	return said, nil
}

func (a *attempt) newRun(work spec.Work) spec.Run {
	a.runs++
	return spec.Run{ID: spec.RunID(fmt.Sprintf("try-%d", a.runs)), Work: work}
}

// foreseen sees that what was done is what was shown before: each change is said in that
// order, and no other key of the host was changed. Behind what cannot be foreseen there is
// nothing to compare.
func (a *attempt) foreseen(preview []spec.StepPreview, said, changed []string) {
	for _, s := range preview {
		for _, c := range s.Changes {
			if !changes(c) {
				continue
			}
			if _, ok := a.changedBy[c.Key]; !ok {
				a.changedBy[c.Key] = s.Step
			}
			changed = slices.DeleteFunc(changed, func(key string) bool { return key == c.Key })
			at := slices.Index(said, c.What)
			if at < 0 {
				a.wrong(s.Step.State, "", "%s does not do to %s what its preview shows: %s", s.Step.Name(), c.Key, c.What)
				continue
			}
			said = said[at+1:]
		}
		if failure, fails := strings.CutPrefix(s.Why, lifecycle.WouldFail); fails {
			a.wrong(s.Step.State, "", "%s was done, and its preview says that it would fail: %s", s.Step.Name(), failure)
		}
		if s.Unpredictable {
			return
		}
	}
	for _, key := range changed {
		s := preview[len(preview)-1].Step
		a.wrong(s.State, "", "%s changes %s, which its preview does not show", s.Name(), key)
	}
}

// changes reports whether a change is one of something on the host: not a command, and not
// a reload that is owed.
func changes(c spec.Change) bool { return c.Key != "" && !(spec.Effect{Key: c.Key}).Owed() }

// secrets sees that none was said in clear, in any form.
func (a *attempt) secrets(ctx context.Context, run spec.Run, step spec.Step, said []string, failed error) {
	texts := slices.Clone(said)
	if failed != nil {
		texts = append(texts, failed.Error(), spec.HintOf(failed))
	}
	_ = a.fleet.Services[host].Follow(ctx, run.ID, 0, func(ev spec.Event) error {
		texts = append(texts, fmt.Sprint(ev.Returns))
		return nil
	})
	for _, s := range texts {
		switch at, argument := strings.CutSuffix(s, ": "+modules.SecretArgument); {
		case argument:
			a.add(&a.Warnings, &spec.Error{Kind: spec.Invalid, At: at, Msg: modules.SecretArgument})
		case s == modules.SecretReturned, a.examples.secrets.Redact(s) != s:
			a.wrong(step.State, "", "%s gives a secret away", step.Name())
		}
	}
}
