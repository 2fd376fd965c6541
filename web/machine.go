package web

import (
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
)

// machine is a state machine as a drawing: boxes in columns by their distance from the first
// state, and arrows between them. Lengths are in the drawing's own units.
type machine struct {
	Width, Height int
	Boxes         []box
	Arrows        []arrow
	Says          string // in words, for who does not see it
}

type box struct {
	Name                     string
	X, Y, Width, Height      int
	TextX, TextY             int
	Now, Applied, Goal, Pass bool
}

// Class is how the box is drawn.
func (b box) Class() string {
	switch {
	case b.Now:
		return "now"
	case b.Goal:
		return "goal"
	case b.Pass:
		return "pass"
	case b.Applied:
		return "applied"
	}
	return "state"
}

type arrow struct {
	Path string
	Pass bool // the way to the goal uses it
}

const (
	boxHeight, boxGap, columnGap, letter, margin = 34, 16, 46, 8, 8
)

// drawMachine lays a lifecycle out, with where it is and the way to a goal.
func drawMachine(s *spec.Stack, goal string, way []spec.Step) machine {
	column := map[string]int{}
	for _, name := range s.States {
		if !slices.ContainsFunc(s.Transitions, func(t [2]string) bool { return t[1] == name }) {
			column[name] = 0
		}
	}
	if len(column) == 0 && len(s.States) > 0 {
		column[s.States[0]] = 0
	}
	for range s.States { // the longest way counts, but for circles
		for _, t := range s.Transitions {
			from, ok := column[t[0]]
			if to, seen := column[t[1]]; ok && (!seen || to < from+1) && from+1 < len(s.States) {
				column[t[1]] = from + 1
			}
		}
	}
	var columns [][]string
	for _, name := range s.States {
		c := column[name]
		for len(columns) <= c {
			columns = append(columns, nil)
		}
		columns[c] = append(columns[c], name)
	}
	pass := map[string]bool{}
	for _, step := range way {
		pass[step.State] = true
	}
	applied := s.Names()
	at := map[string]box{}
	m := machine{Height: 2 * margin}
	x := margin
	for _, names := range columns {
		width := 0
		for _, name := range names {
			width = max(width, len([]rune(name))*letter+24)
		}
		for i, name := range names {
			y := margin + i*(boxHeight+boxGap)
			b := box{Name: name, X: x, Y: y, Width: width, Height: boxHeight, TextX: x + width/2, TextY: y + boxHeight/2 + 5,
				Now: name == s.Top(), Applied: slices.Contains(applied, name), Goal: name == goal, Pass: pass[name]}
			at[name] = b
			m.Boxes = append(m.Boxes, b)
			m.Height = max(m.Height, y+boxHeight+margin)
		}
		x += width + columnGap
	}
	m.Width = max(x-columnGap+margin, 2*margin)
	for _, t := range s.Transitions {
		from, to := at[t[0]], at[t[1]]
		if from.Name == "" || to.Name == "" {
			continue
		}
		x1, y1, x2, y2 := from.X+from.Width, from.Y+boxHeight/2, to.X, to.Y+boxHeight/2
		bend := (x1 + x2) / 2
		if x2 < x1 { // back
			x1, x2 = from.X, to.X+to.Width
			bend = (x1 + x2) / 2
		}
		m.Arrows = append(m.Arrows, arrow{fmt.Sprintf("M %d %d C %d %d, %d %d, %d %d", x1, y1, bend, y1, bend, y2, x2, y2),
			(pass[t[1]] || t[1] == s.Top()) && (pass[t[0]] || t[0] == s.Top())})
	}
	m.Says = fmt.Sprintf("%s is %s. Its states: %s.", s.Path.Lifecycle(), s.Top(), joined(s.States))
	return m
}
