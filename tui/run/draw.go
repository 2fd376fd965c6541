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

// Draw fills w columns and h rows: how far it is as a line over the whole width, what each host does
// and did on an axis of time, and the panes.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	if h <= widget.Low {
		return m.panes(w, h)
	}
	top := []string{m.progress(w)}
	if w >= widget.Wide && !m.zoom {
		top = append(top, m.drawLanes(w, h/3)...)
		if h >= 3*widget.Low {
			top = append(top, m.look.Fit("", w))
		}
	}
	lines, at := m.panes(w, h-len(top))
	at.Y += len(top)
	return append(top, lines...), at
}

// progress is a line that is heavy as far as the whole is done, in the colour of what became of it.
func (m *Model) progress(w int) string {
	l, s := m.look, m.snap
	percent := "100%"
	parts := []struct {
		n     int
		style widget.Style
		fill  string
	}{{s.StepsDone, l.Good, l.Heavy}, {0, l.Busy, l.Heavy}, {0, l.Bad, l.Heavy}, {0, l.Warn, l.Horizontal}, {0, l.Frame, l.Horizontal}}
	if s.Steps > 0 {
		percent = fmt.Sprintf("%d%%", s.StepsDone*100/s.Steps)
	}
	for _, t := range s.Tasks {
		left := len(t.Steps) - t.StepsDone
		switch t.Status {
		case rollout.Running:
			parts[1].n += min(left, 1)
			parts[4].n += max(left-1, 0)
		case rollout.FailedTask, rollout.LostTask:
			parts[2].n += min(left, 1)
			parts[3].n += max(left-1, 0)
		case rollout.Held, rollout.Stopped:
			parts[3].n += left
		case rollout.Waiting:
			parts[4].n += left
		case rollout.Done, rollout.SkippedTask, rollout.Dropped:
		}
	}
	room, all := w-widget.Width(percent)-2, 0
	for _, p := range parts {
		all += p.n
	}
	var b strings.Builder
	used, seen := 0, 0
	for _, p := range parts {
		seen += p.n
		to := room
		if all > 0 {
			to = room * seen / all
		}
		b.WriteString(p.style.Paint(strings.Repeat(p.fill, max(to-used, 0))))
		used = max(used, to)
	}
	return l.Fit(b.String()+" "+l.Dim.Paint(percent), w)
}

func (m *Model) panes(w, h int) ([]string, widget.Point) {
	switch {
	case (m.zoom || h < widget.Low) && m.inDetail:
		return m.drawDetail(w, h)
	case m.zoom || h < widget.Low:
		return m.drawTree(w, h)
	case w >= widget.Wide:
		return m.look.Split(w, h, min(w/2, 84), m.inDetail, m.drawTree, m.drawDetail)
	}
	return widget.Stacked(w, h, min(max(h*2/5, 4), len(m.tree.Rows)+2), m.inDetail, m.drawTree, m.drawDetail)
}

// Where says which deployment it is and how far.
func (m *Model) Where() widget.Where {
	l, s := m.look, m.snap
	state := m.State()
	word, style := l.OK+" DONE", l.Good
	switch state {
	case Running:
		word, style = l.Run+" RUN", l.Busy
	case Failed:
		word, style = l.Fail+" FAILED", l.Bad
	case Stopped:
		word, style = l.Held+" STOPPED", l.Warn
	case Waits:
		word, style = l.Wait+" WAITS FOR APPROVAL by "+widget.Clean(s.WaitsFor()), l.Warn
	case Refused:
		word, style = l.Fail+" REFUSED by "+widget.Clean(s.Refused+": "+s.RefusedWhy), l.Bad
	case Done:
		if s.RolledBack {
			word = l.Undone + " ROLLED BACK"
		}
	}
	parts := []string{style.Paint(word)}
	for _, x := range []struct {
		n     int
		sign  string
		style widget.Style
		what  string
	}{{s.Done, l.OK, l.Good, "ok"}, {s.Running, l.Run, l.Busy, "run"}, {m.broken(), l.Fail, l.Bad, "FAIL"}, {len(m.bad) - m.broken(), l.Held, l.Warn, "stopped"},
		{s.Held, l.Held, l.Warn, "held"}, {s.Waiting, l.Wait, l.Dim, "wait"}} {
		if x.n > 0 {
			parts = append(parts, x.style.Paint(fmt.Sprintf("%s %d %s", x.sign, x.n, x.what)))
		}
	}
	parts = append(parts, spec.CountOf(s.StepsDone, s.Steps, "step", "steps"))
	if s.Left >= time.Second {
		parts = append(parts, "about "+s.Left.Round(time.Second).String()+" left")
	}
	return widget.Where{Path: []string{m.name}, Note: strings.Trim(format.Word(m.pretends), ", "), Right: strings.Join(append(parts, format.Took(s.Took(m.now))), "  ")}
}

func (m *Model) drawTree(w, h int) ([]string, widget.Point) {
	box := widget.Rule{Title: "Tree", Focus: !m.inDetail, Note: "follow off (f)"}
	if m.follow {
		box.Note = "follows what runs (f)"
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
	tasks, steps, doing := m.tasks[i], m.sums[i], ""
	if len(tasks) > 0 {
		steps = stepCount{}
	}
	for _, k := range tasks {
		t := m.snap.Tasks[k]
		steps.add(m.stepsOf(k))
		for s := range t.StepStates {
			if t.StepStates[s].Status == rollout.Running {
				doing = "  " + t.Steps[s].Name()
			}
		}
		if s := m.unreachable(t); s != "" {
			sign, style, text = l.Checking, l.Unsure, s
		}
	}
	if m.status[i] != rollout.Waiting || steps.done > 0 {
		text += " " + steps.String()
	}
	text += doing
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
