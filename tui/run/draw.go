package run

import (
	"fmt"
	"strings"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	head := m.headline(w)
	lines, at := m.panes(w, h-1)
	at.Y++
	return append([]string{head}, lines...), at
}

func (m *Model) panes(w, h int) ([]string, widget.Point) {
	switch {
	case (m.zoom || h < widget.Low) && m.inDetail:
		return m.drawDetail(w, h)
	case m.zoom || h < widget.Low:
		return m.drawTree(w, h)
	case w >= widget.Wide:
		return widget.Beside(w, h, w/2, m.inDetail, m.drawTreeAndHosts, m.drawDetail)
	}
	return widget.Stacked(w, h, min(max(h*2/5, 4), len(m.tree.Rows)+2), m.inDetail, m.drawTree, m.drawDetail)
}

// drawTreeAndHosts is the tree, and below it what each host does.
func (m *Model) drawTreeAndHosts(w, h int) ([]string, widget.Point) {
	rows := min(m.hostCount()+2, h/3)
	return widget.Stacked(w, h, h-rows, false, m.drawTree, m.drawHosts)
}

// headline says how far the whole is.
func (m *Model) headline(w int) string {
	l := m.look
	s := m.snap
	state := m.State()
	word, style := strings.ToUpper(string(state)), map[State]widget.Style{Done: l.Good, Failed: l.Bad, Stopped: l.Warn}[state]
	if state == Running {
		word, style = l.Run+" RUN", l.Busy
	}
	counts := fmt.Sprintf("%d ok", s.Done)
	for _, x := range []struct {
		n    int
		what string
	}{{s.Running, "run"}, {m.broken(), "FAIL"}, {len(m.bad) - m.broken(), "stopped"}, {s.Held, "held"}, {s.Waiting, "wait"}} {
		if x.n > 0 {
			counts += fmt.Sprintf("  %d %s", x.n, x.what)
		}
	}
	part := 0
	if s.Steps > 0 {
		part = s.StepsDone * 100 / s.Steps
	}
	right := format.Took(s.Took(m.now)) + " "
	if s.Left >= time.Second && w >= 70 {
		right = "about " + s.Left.Round(time.Second).String() + " left  " + right
	}
	mid := "  " + spec.CountOf(s.StepsDone, s.Steps, "step", "steps")
	bar := ""
	if w >= 90 {
		bar = "  " + l.BarOf(s.StepsDone, s.Steps, 22)
	}
	percent := fmt.Sprintf(" %d%%", part)
	left := " " + style.Paint(word) + "  " + widget.Clean(m.name) + "  " + format.Word(s.Simulation()) + counts + mid + bar
	if widget.Width(left)+widget.Width(percent)+widget.Width(right) < w {
		left += percent
	}
	return l.Fit(left, max(w-widget.Width(right), 0)) + l.Cut(right, w)
}

func (m *Model) drawTree(w, h int) ([]string, widget.Point) {
	box := widget.Box{Title: "Tree", Focus: !m.inDetail, Bare: m.zoom, Right: "follow off (f)"}
	if m.follow {
		box.Right = "follows what runs (f)"
	}
	return m.tree.Draw(m.look, box, w, h, m.row)
}

// row gives sign, style and words of a row of the tree.
func (m *Model) row(i int) (string, widget.Style, string) {
	l := m.look
	it := &m.tree.Tree.Items[i]
	if m.status[i] == "" {
		if n := it.Node; n.CalledAs != nil {
			return l.Same, l.Dim, "see " + string(n.CalledAs.Host) + " " + n.CalledAs.Provide.Path.Lifecycle()
		}
		return l.Same, l.Dim, "nothing to do"
	}
	sign, style, text := format.Task(l, m.status[i])
	tasks, steps := m.tasks[i], m.sums[i]
	if len(tasks) > 0 {
		steps = stepCount{}
	}
	for _, k := range tasks {
		t := m.snap.Tasks[k]
		steps.add(m.stepsOf(k))
		for s := range t.StepStates {
			if t.StepStates[s].Status == rollout.Running {
				text = "run " + t.Steps[s].Name()
			}
		}
		if s := m.unreachable(t); s != "" {
			sign, style, text = l.Checking, l.Warn, s
		}
	}
	if m.status[i] != rollout.Waiting || steps.done > 0 {
		text += fmt.Sprintf(" %d/%d", steps.done, steps.all)
	}
	if len(tasks) > 0 && m.status[i] == rollout.Done {
		var took time.Duration // what its tasks ran, not what was between them
		for _, k := range tasks {
			if t := m.snap.Tasks[k]; !t.Started.IsZero() {
				took += t.Ended.Sub(t.Started)
			}
		}
		text += " " + format.Took(took)
	}
	return sign, style, text
}
