package web

import (
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
)

// machine is a state machine as a drawing: boxes in rows by their distance from the first
// state, which fits on a phone, and arrows between them. Lengths are in the drawing's own units.
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

// Text is what stands in it: what a state is is not only said by its colour.
func (b box) Text() string {
	switch {
	case b.Now:
		return b.Name + " · now"
	case b.Goal:
		return b.Name + " · goal"
	}
	return b.Name
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
	boxHeight, boxGap, rowGap, letter, margin, side = 34, 16, 28, 8, 8, 18
)

// drawMachine lays a lifecycle out, with where it is and the way to a goal.
func drawMachine(s *spec.Stack, goal string, way []spec.Step) machine {
	level := map[string]int{}
	for _, name := range s.States {
		if !slices.ContainsFunc(s.Transitions, func(t [2]string) bool { return t[1] == name }) {
			level[name] = 0
		}
	}
	if len(level) == 0 && len(s.States) > 0 {
		level[s.States[0]] = 0
	}
	for range s.States { // the longest way counts, but for circles
		for _, t := range s.Transitions {
			from, ok := level[t[0]]
			if to, seen := level[t[1]]; ok && (!seen || to < from+1) && from+1 < len(s.States) {
				level[t[1]] = from + 1
			}
		}
	}
	pass, left := map[string]bool{s.Top(): len(way) > 0, goal: len(way) > 0}, map[string]bool{}
	for _, step := range way {
		pass[step.State] = true
		left[step.State] = step.Action == spec.Leave
	}
	applied := s.Names()
	m := machine{Says: fmt.Sprintf("%s is %s. Its states: %s.", s.Path.Lifecycle(), s.Top(), joined(s.States))}
	var rows [][]box
	for _, name := range s.States {
		r := level[name]
		for len(rows) <= r {
			rows = append(rows, nil)
		}
		b := box{Name: name, Y: margin + r*(boxHeight+rowGap), Height: boxHeight, Now: name == s.Top(), Applied: slices.Contains(applied, name), Goal: name == goal, Pass: pass[name]}
		b.Width = len([]rune(b.Text()))*letter + 24
		rows[r] = append(rows[r], b)
	}
	for _, row := range rows {
		m.Width = max(m.Width, widthOf(row)+2*(margin+side))
	}
	at := map[string]box{}
	for _, row := range rows {
		x := (m.Width - widthOf(row)) / 2
		for _, b := range row {
			b.X, b.TextX, b.TextY = x, x+b.Width/2, b.Y+boxHeight/2+5
			x += b.Width + boxGap
			at[b.Name] = b
			m.Boxes = append(m.Boxes, b)
			m.Height = max(m.Height, b.Y+boxHeight+margin)
		}
	}
	for _, t := range s.Transitions {
		from, to := at[t[0]], at[t[1]]
		if from.Name == "" || to.Name == "" {
			continue
		}
		a := arrow{arrowPath(from, to), pass[t[0]] && pass[t[1]]}
		if a.Pass && left[t[1]] {
			a.Path = arrowPath(to, from) // it is left: the way goes back
		}
		m.Arrows = append(m.Arrows, a)
	}
	return m
}

func widthOf(row []box) int {
	w := -boxGap
	for _, b := range row {
		w += b.Width + boxGap
	}
	return w
}

// arrowPath leads from a box to another: straight to the next row or the one before, else around the boxes between.
func arrowPath(from, to box) string {
	if step := boxHeight + rowGap; to.Y == from.Y+step || to.Y == from.Y-step {
		x1, y1, x2, y2 := from.TextX, from.Y+boxHeight, to.TextX, to.Y
		if to.Y < from.Y {
			y1, y2 = from.Y, to.Y+boxHeight
		}
		bend := (y1 + y2) / 2
		return fmt.Sprintf("M %d %d C %d %d, %d %d, %d %d", x1, y1, x1, bend, x2, bend, x2, y2)
	}
	x1, y1, x2, y2 := from.X+from.Width, from.Y+boxHeight/2, to.X+to.Width, to.Y+boxHeight/2
	bend := max(x1, x2) + side
	return fmt.Sprintf("M %d %d C %d %d, %d %d, %d %d", x1, y1, bend, y1, bend, y2, x2, y2)
}
