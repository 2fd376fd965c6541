package lookup

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newStateCurrent(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{}
	c := &cobra.Command{
		Use:   "state-current [PATTERN]",
		Short: "Show the current state and the stack of lifecycles",
		Long: `Show the current state of the lifecycles that PATTERN matches, or of those it is about;
without PATTERN of all: what is applied, bottom first, and the step that runs or failed.`,
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
		out[i] = jsonCurrent{Path: s.Path, State: s.Top(), Stack: s.Names()}
		if s.Doing != nil {
			out[i].Doing = s.Doing.Name()
		}
		out[i].Fault = faultOf(s.Fault)
		width = max(width, len(s.Path))
	}
	return find.List(l, out, func(w io.Writer, x jsonCurrent) {
		_, _ = fmt.Fprintf(w, "%-*s  %s\n", width, x.Path, strings.Join(x.Stack, " > "))
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
