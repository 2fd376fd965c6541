package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// statesCmd is `armonic state`.
type statesCmd struct {
	low
	long, paths, requires bool
	most, index           int
}

func newState(g *globals, s Streams) *cobra.Command {
	l := &statesCmd{low: low{globals: g, Streams: s}}
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
	f.BoolVar(&l.paths, "path", false, "list the ways to each, from the current state")
	f.BoolVar(&l.requires, "requires", false, "list what going to each would ask")
	f.IntVar(&l.index, "path-index", 0, "with --requires: `N` is the way to take, counted from 0 as --path lists them")
	mostFlag(c, &l.most)
	l.register(c)
	l.pattern(c, "PATTERN", false, query.State, l.list)
	return c
}

// mostFlag adds the flag that bounds how many ways are listed.
func mostFlag(c *cobra.Command, most *int) {
	c.Flags().IntVar(most, "most", 100, fmt.Sprintf("with --path: list `N` ways to each at most (up to %d)", spec.MostPaths))
	c.PreRunE = func(*cobra.Command, []string) error {
		if *most < 1 || *most > spec.MostPaths {
			return spec.Errorf(spec.Invalid, "--most must be from 1 to %d, is %d", spec.MostPaths, *most)
		}
		return nil
	}
}

type jsonMove struct {
	State  string      `json:"state"`
	Action spec.Action `json:"action"`
}

type jsonState struct {
	Path spec.Path `json:"path"`
	*longState
	Paths    *[][]jsonMove  `json:"paths,omitempty"`    // with --path
	Requires *[]jsonRequire `json:"requires,omitempty"` // with --requires
}

type longState struct {
	Doc      string   `json:"doc"`
	OS       string   `json:"os"` // "" for all
	Applied  bool     `json:"applied"`
	Provides []string `json:"provides"`
}

func (l *statesCmd) list(ctx context.Context, p spec.Pattern) error {
	found, err := l.find.ofKind(ctx, p, query.State)
	if err != nil {
		return err
	}
	out := make([]jsonState, len(found))
	for i, r := range found {
		out[i].Path = r.Path
	}
	if l.long {
		if err := l.describe(ctx, found, out); err != nil {
			return err
		}
	}
	for i := range out {
		if err := l.ways(ctx, &out[i]); err != nil {
			return err
		}
	}
	return list(&l.low, out, l.print)
}

// describe adds what -l shows.
func (l *statesCmd) describe(ctx context.Context, found []spec.Resource, out []jsonState) error {
	provides, err := l.find.describe(ctx, spec.Pattern(strings.Repeat("/*", depth(query.Provide))))
	if err != nil {
		return err
	}
	lifecycles, err := l.find.describe(ctx, spec.Pattern(strings.Repeat("/*", depth(query.Lifecycle))))
	if err != nil {
		return err
	}
	stacks, err := l.find.stacks(ctx, lifecycles)
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

// ways adds what --path and --requires show.
func (l *statesCmd) ways(ctx context.Context, s *jsonState) error {
	if !l.paths && !l.requires {
		return nil
	}
	a, err := l.find.Agent(s.Path.Host())
	if err != nil {
		return err
	}
	if l.paths {
		p, err := a.Paths(ctx, spec.PathsQuery{State: s.Path, Most: l.most})
		if err != nil {
			return err
		}
		moves := movesOf(p)
		s.Paths = &moves
		noteMore(&l.low, s.Path, p)
	}
	if l.requires {
		asks, err := l.asks(ctx, a, s.Path)
		if err != nil {
			return err
		}
		s.Requires = &asks
	}
	return nil
}

// asks lists what the states on the way ask. Of a state that cannot be reached
// nothing is asked.
func (l *statesCmd) asks(ctx context.Context, a spec.Agent, at spec.Path) ([]jsonRequire, error) {
	out := []jsonRequire{}
	route, err := a.Route(ctx, spec.RouteQuery{Provide: at, Index: l.index})
	if err != nil && (l.index != 0 || spec.KindOf(err) != spec.NotFound) {
		return nil, err
	}
	for _, step := range route.Steps {
		out = append(out, asked(stepPath(at.Cut(2), step), step.Requires)...)
	}
	return out, nil
}

// stepPath is the path of the provide that asks for a step's inputs.
func stepPath(lifecycle spec.Path, s spec.Step) spec.Path { return lifecycle.Join(s.State, s.Asks()) }

// movesOf gives paths in the form that is printed.
func movesOf(p spec.Paths) [][]jsonMove {
	out := make([][]jsonMove, len(p.Paths))
	for i, steps := range p.Paths {
		out[i] = make([]jsonMove, len(steps))
		for j, s := range steps {
			out[i][j] = jsonMove{s.State, s.Action}
		}
	}
	return out
}

// more says that ways were left out.
func noteMore(l *low, at spec.Path, p spec.Paths) {
	if p.More {
		_, _ = fmt.Fprintf(l.Err, "note: there are more ways to %s than the %d that are listed; --most N lists more\n", at, len(p.Paths))
	}
}

func (l *statesCmd) print(w io.Writer, s jsonState) {
	_, _ = fmt.Fprintln(w, s.Path)
	if s.longState != nil {
		detail(w, "about", s.Doc)
		detail(w, "systems", s.OS)
		detail(w, "provides", strings.Join(s.Provides, ", "))
		if s.Applied {
			detail(w, "applied", "yes")
		}
	}
	if s.Paths != nil {
		printPaths(w, *s.Paths)
	}
	if s.Requires != nil {
		printAsked(w, *s.Requires)
	}
}

// printPaths writes a way a line, numbered as --path-index counts them.
func printPaths(w io.Writer, paths [][]jsonMove) {
	if len(paths) == 0 {
		_, _ = fmt.Fprintln(w, "    cannot be reached")
	}
	for i, p := range paths {
		_, _ = fmt.Fprintf(w, "    %d: %s\n", i, showPath(p))
	}
}

// showPath writes "enter B, enter C"; of a way that leaves states to reach another
// branch, "leaves C, B: enter D".
func showPath(p []jsonMove) string {
	if len(p) == 0 {
		return "is the current state"
	}
	var moves, left []string
	further := p[0].Action == spec.Leave && p[len(p)-1].Action == spec.Enter
	for _, m := range p {
		if further && m.Action == spec.Leave {
			left = append(left, m.State)
			continue
		}
		moves = append(moves, string(m.Action)+" "+m.State)
	}
	text := strings.Join(moves, ", ")
	if further {
		text = "leaves " + strings.Join(left, ", ") + ": " + text
	}
	return text
}
