package lookup

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// pathFlags are the flags of commands that list the paths to states.
type pathFlags struct {
	paths bool
	most  int
}

func (w *pathFlags) flags(c *cobra.Command) {
	c.Flags().BoolVar(&w.paths, "path", false, "list the ways to the state of each, from the current state")
	c.Flags().IntVar(&w.most, "most", 100, fmt.Sprintf("with --path: list `N` ways to each at most (up to %d)", spec.MostPaths))
	c.PreRunE = func(*cobra.Command, []string) error {
		if w.most < 1 || w.most > spec.MostPaths {
			return spec.Errorf(spec.Invalid, "--most must be from 1 to %d, is %d", spec.MostPaths, w.most)
		}
		return nil
	}
}

// list gives the paths to the state of a resource, nil without --path.
func (w *pathFlags) list(ctx context.Context, b *find.Base, at spec.Path) (*[][]jsonMove, error) {
	if !w.paths {
		return nil, nil
	}
	var p spec.Paths
	err := deploy.AskHost(ctx, b.Finder, at.Host(), func(ctx context.Context, a spec.Agent) (err error) {
		p, err = a.Paths(ctx, spec.PathsQuery{State: at.Cut(3), Most: w.most})
		return err
	})
	if err != nil {
		return nil, err
	}
	if p.More {
		output.Printf(b.Err, "note: there are more ways to %s than the %d that are listed; --most N lists more\n", at, len(p.Paths))
	}
	moves := movesOf(p)
	return &moves, nil
}

type jsonMove struct {
	State  string      `json:"state"`
	Action spec.Action `json:"action"`
}

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

// printPaths writes a path a line, numbered as --path-index counts them.
func printPaths(w io.Writer, paths *[][]jsonMove) {
	if paths == nil {
		return
	}
	if len(*paths) == 0 {
		output.Printf(w, "    cannot be reached\n")
	}
	for i, p := range *paths {
		output.Printf(w, "    %d: %s\n", i, showPath(p))
	}
}

// showPath writes "enter B, enter C"; of a path that leaves states to reach another
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
