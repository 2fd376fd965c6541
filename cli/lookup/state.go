package lookup

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// stateCommand is `armonic state`.
type stateCommand struct {
	find.Base
	pathFlags
	long, requires bool
	index          int
}

func newState(g *settings.Global, s output.Streams) *cobra.Command {
	l := &stateCommand{Base: find.Base{LateBelow: true}}
	c := &cobra.Command{
		Use:   "state [PATTERN]",
		Short: "List states, the ways to them, and what they ask",
		Long: `List the states that PATTERN matches, or those of what it matches; without PATTERN all.
Ways and what they ask are from the stack of now.`,
		Example: `  armonic state '//WebServer/*' --path --demo -J web1
  armonic state //WebServer/Active --requires --demo -J web1`,
	}
	f := c.Flags()
	f.BoolVarP(&l.long, "long", "l", false, "describe each")
	f.BoolVar(&l.requires, "requires", false, "list what going to each would ask")
	f.IntVar(&l.index, "path-index", 0, "with --requires: `N` is the way to take, counted from 0 as --path lists them")
	l.flags(c)
	return l.Setup(c, g, s, query.State, l.list)
}

type jsonState struct {
	Path spec.Path `json:"path"`
	*longState
	Simulated bool           `json:"simulated,omitempty"`
	Paths     *[][]jsonMove  `json:"paths,omitempty"`    // with --path
	Requires  *[]jsonRequire `json:"requires,omitempty"` // with --requires
}

type longState struct {
	Doc      string   `json:"doc"`
	OS       string   `json:"os"` // "" for all
	Applied  bool     `json:"applied"`
	Provides []string `json:"provides"`
}

func (l *stateCommand) list(ctx context.Context, p spec.Pattern) error {
	found, err := l.Finder.OfKind(ctx, p, query.State)
	if err != nil {
		return err
	}
	out := make([]jsonState, len(found))
	for i, r := range found {
		out[i].Path, out[i].Simulated = r.Path, r.Simulated
		if out[i].Paths, err = l.pathFlags.list(ctx, &l.Base, r.Path); err != nil {
			return err
		}
		if out[i].Requires, err = l.asks(ctx, r.Path); err != nil {
			return err
		}
	}
	if l.long {
		if err := l.describe(ctx, found, out); err != nil {
			return err
		}
	}
	return find.List(&l.Base, out, l.print)
}

// describe adds what -l shows.
func (l *stateCommand) describe(ctx context.Context, found []spec.Resource, out []jsonState) error {
	provides, err := l.Finder.All(ctx, query.Provide)
	if err != nil {
		return err
	}
	stacks, err := l.Finder.AllStacks(ctx)
	if err != nil {
		return err
	}
	applied, of := map[spec.Path]bool{}, map[spec.Path][]string{}
	for _, s := range stacks {
		for _, name := range s.Names() {
			applied[s.Path.Join(name)] = true
		}
	}
	for _, p := range provides {
		of[p.Path.Cut(3)] = append(of[p.Path.Cut(3)], p.Path.Provide())
	}
	for i, r := range found {
		out[i].longState = &longState{r.Attrs["doc"], r.Attrs["os"], applied[r.Path], of[r.Path]}
	}
	return nil
}

// asks lists what the states on the way ask, nil without --requires. Of a state that
// cannot be reached nothing is asked.
func (l *stateCommand) asks(ctx context.Context, at spec.Path) (*[]jsonRequire, error) {
	if !l.requires {
		return nil, nil
	}
	var route spec.Route
	err := deploy.AskHost(ctx, l.Finder, at.Host(), func(ctx context.Context, a spec.Agent) (err error) {
		route, err = a.Route(ctx, spec.RouteQuery{Provide: at, Index: l.index})
		return err
	})
	if err != nil && (l.index != 0 || spec.KindOf(err) != spec.NotFound) {
		return nil, err
	}
	out := []jsonRequire{}
	for _, step := range route.Steps {
		out = append(out, requiresOf(at.Cut(2).Join(step.State, step.ProvideName()), step.Requires)...)
	}
	return &out, nil
}

func (l *stateCommand) print(w io.Writer, s jsonState) {
	output.Printf(w, "%s\n", s.Path)
	if s.longState != nil {
		output.Detail(w, "about", s.Doc)
		if s.Simulated {
			output.Detail(w, output.Simulated, output.Pretends)
		}
		output.Detail(w, "systems", s.OS)
		output.Detail(w, "provides", strings.Join(s.Provides, ", "))
		if s.Applied {
			output.Detail(w, "applied", "yes")
		}
	}
	printPaths(w, s.Paths)
	if s.Requires != nil {
		printRequires(w, *s.Requires)
	}
}
