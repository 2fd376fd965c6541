package lookup

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newStateCurrent(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{LateBelow: true}
	c := &cobra.Command{
		Use:   "state-current [PATTERN]",
		Short: "Show the current state and the stack of lifecycles",
		Long: `Show the current state of the lifecycles that PATTERN matches, or of those it is about;
without PATTERN of all: what is applied, bottom first, and the step that runs or failed.
A metastate is two states, its implementation for this host and itself above that:
Installed.Packaged > Installed.`,
		Example: "  armonic state-current --demo -J web1\n  armonic state-current WebServer --local -o json",
	}
	return l.Setup(c, g, s, query.Lifecycle, func(ctx context.Context, p spec.Pattern) error { return stateCurrent(ctx, l, p) })
}

type jsonCurrent struct {
	Path  spec.Path  `json:"path"`
	State string     `json:"state"`
	Stack []string   `json:"stack"`
	Doing string     `json:"doing,omitempty"`
	Fault *jsonFault `json:"fault,omitempty"`

	Simulated bool `json:"simulated,omitempty"`
}

type jsonFault struct {
	Step    string      `json:"step"`
	Run     spec.RunID  `json:"run,omitempty"`
	Error   *spec.Error `json:"error"`
	Did     []string    `json:"did,omitempty"`     // what the step had said and done until then
	Earlier *jsonFault  `json:"earlier,omitempty"` // a failure before it, not made good
}

func faultOf(f *spec.Fault) *jsonFault {
	if f == nil {
		return nil
	}
	out := &jsonFault{Run: f.By, Error: spec.AsError(f.Err), Did: f.Did, Earlier: faultOf(f.Earlier)}
	if f.Step.Action != "" { // none: what is applied is not known
		out.Step = f.Step.Name()
	}
	return out
}

func stateCurrent(ctx context.Context, l *find.Base, p spec.Pattern) error {
	found, err := l.Finder.OfKind(ctx, p, query.Lifecycle)
	if err != nil {
		return err
	}
	stacks, err := l.Finder.Stacks(ctx, found)
	if err != nil {
		return err
	}
	out := make([]jsonCurrent, len(stacks))
	width := 0
	for i, s := range stacks {
		out[i] = jsonCurrent{Path: s.Path, State: s.Top(), Stack: s.Names(), Simulated: s.Simulated}
		if s.Doing != nil {
			out[i].Doing = s.Doing.Name()
		}
		out[i].Fault = faultOf(s.Fault)
		width = max(width, len(s.Path))
	}
	return find.List(l, out, func(w io.Writer, x jsonCurrent) {
		mark := ""
		if x.Simulated {
			mark = "  (" + output.Simulated + ")"
		}
		output.Printf(w, "%-*s  %s%s\n", width, x.Path, strings.Join(x.Stack, " > "), mark)
		output.Detail(w, "doing", x.Doing)
		for f := x.Fault; f != nil; f = f.Earlier {
			output.Detail(w, "failed", f.Error.Error())
			output.Detail(w, "hint", f.Error.Hint)
			for _, line := range f.Did {
				output.Detail(w, "had done", line)
			}
		}
	})
}

func newHistory(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{LateBelow: true}
	c := &cobra.Command{
		Use:   "history [PATTERN]",
		Short: "List the calls of provides and the changes of state, oldest first",
		Long: `List the calls of the provides that PATTERN matches, or of those of what it matches;
without PATTERN all: when, with which values, by whom and by which run, and what was
returned. A state that was entered or left is a call of its enter or leave.
Secrets are not shown.`,
		Example: "  armonic history --local\n  armonic history //WebServer//start --local -o json",
	}
	return l.Setup(c, g, s, query.Provide, func(ctx context.Context, p spec.Pattern) error { return history(ctx, l, p) })
}

type jsonCall struct {
	Action  spec.Action `json:"action"`
	Path    spec.Path   `json:"path"`
	At      time.Time   `json:"at"`
	Seconds float64     `json:"seconds"`
	Run     spec.RunID  `json:"run,omitempty"`
	Who     string      `json:"who,omitempty"`
	Inputs  spec.Inputs `json:"inputs"`
	Returns any         `json:"returns"`
	Error   *spec.Error `json:"error,omitempty"` // it succeeded, but could not be crossed
}

func history(ctx context.Context, l *find.Base, p spec.Pattern) error {
	stacks, err := l.Finder.AllStacks(ctx)
	if err != nil {
		return err
	}
	wanted := map[spec.Path]bool{}
	if p != "" {
		found, err := l.Finder.OfKind(ctx, p, query.Provide)
		if err != nil {
			return err
		}
		for _, r := range found {
			wanted[r.Path] = true
		}
	}
	var out []jsonCall
	for _, s := range stacks {
		for _, c := range s.Calls {
			if at := s.Path.Join(c.State, c.Provide); p == "" || wanted[at] {
				out = append(out, jsonCall{cmp.Or(c.Action, spec.Call), at, c.At, c.Took.Seconds(), c.By, c.Who, c.Inputs, c.Returns, c.Err})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b jsonCall) int { return a.At.Compare(b.At) })
	return find.List(l, out, func(w io.Writer, x jsonCall) {
		what := ""
		if x.Action == spec.TakeBack {
			what = "undo "
		}
		line := fmt.Sprintf("%s  %s%s  %.1fs%s%s", x.At.Local().Format("2006-01-02 15:04:05"), what, x.Path, x.Seconds, output.Inputs(x.Inputs), output.Returns(x.Returns))
		if by := strings.TrimSpace(x.Who + " " + string(x.Run)); by != "" {
			line += "  (" + by + ")"
		}
		output.Printf(w, "%s\n", strings.TrimRight(line, " "))
		if x.Error != nil {
			output.Detail(w, "but", x.Error.Error())
		}
	})
}
