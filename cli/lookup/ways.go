package lookup

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/spec"
)

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

// noteMore says that ways were left out.
func noteMore(l *find.Base, at spec.Path, p spec.Paths) {
	if p.More {
		_, _ = fmt.Fprintf(l.Err, "note: there are more ways to %s than the %d that are listed; --most N lists more\n", at, len(p.Paths))
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
