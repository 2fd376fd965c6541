package lookup

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// lifecycleCommand is `armonic lifecycle`.
type lifecycleCommand struct {
	find.Base
	long bool
}

func newLifecycle(g *settings.Global, s output.Streams) *cobra.Command {
	l := &lifecycleCommand{Base: find.Base{LateBelow: true}}
	c := &cobra.Command{
		Use:   "lifecycle [PATTERN]",
		Short: "List lifecycles",
		Long: `List the lifecycles that PATTERN matches, or those of what it matches; without
PATTERN all.`,
		Example: "  armonic lifecycle --demo -J web1\n  armonic lifecycle WebServer -l --demo",
	}
	c.Flags().BoolVarP(&l.long, "long", "l", false, "describe each")
	return l.Setup(c, g, s, query.Lifecycle, l.list)
}

type jsonLifecycle struct {
	Path spec.Path `json:"path"`
	*longLifecycle
	Simulated bool `json:"simulated,omitempty"`
}

type longLifecycle struct {
	Doc         string      `json:"doc"`
	Initial     string      `json:"initial"`
	State       string      `json:"state"`
	States      []string    `json:"states"`
	Transitions [][2]string `json:"transitions"`
}

func (l *lifecycleCommand) list(ctx context.Context, p spec.Pattern) error {
	found, err := l.Finder.OfKind(ctx, p, query.Lifecycle)
	if err != nil {
		return err
	}
	stacks := map[spec.Path]spec.Stack{}
	if l.long {
		all, err := l.Finder.Stacks(ctx, found)
		if err != nil {
			return err
		}
		for _, s := range all {
			stacks[s.Path] = s
		}
	}
	out := make([]jsonLifecycle, len(found))
	for i, r := range found {
		out[i].Path, out[i].Simulated = r.Path, r.Simulated
		if s, ok := stacks[r.Path]; ok {
			out[i].longLifecycle = &longLifecycle{s.Doc, r.Attrs["initial"], s.Top(), s.States, pairs(s.Transitions)}
		}
	}
	return find.List(&l.Base, out, func(w io.Writer, x jsonLifecycle) {
		output.Printf(w, "%s\n", x.Path)
		if x.longLifecycle != nil {
			output.Detail(w, "about", x.Doc)
			if x.Simulated {
				output.Detail(w, output.Simulated, output.Pretends)
			}
			output.Detail(w, "state", x.State)
			output.Detail(w, "states", strings.Join(x.States, ", "))
		}
	})
}

// pairs makes sure that no transitions are an empty list.
func pairs(x [][2]string) [][2]string {
	if x == nil {
		return [][2]string{}
	}
	return x
}
