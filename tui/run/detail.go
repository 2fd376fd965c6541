package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// drawDetail is the pane of the log, or of the summary.
func (m *Model) drawDetail(w, h int) ([]string, widget.Point) {
	l := m.look
	if m.summary {
		return m.drawSummary(w, h)
	}
	i := max(m.tree.Selected(), 0)
	it := &m.tree.Tree.Items[i]
	name := it.Name()
	if it.Node.Host != "" && !it.Group {
		name += " on " + string(it.Node.Host)
	}
	var top []string
	if !m.inDetail || h > 25 {
		if about := m.about(i, w, h*3/5); len(about) > 0 && len(about)+3 < h {
			top = l.Pane(widget.Rule{Title: name}, w, len(about)+1, about)
		}
	}
	box := widget.Rule{Title: "Log of " + name, Focus: m.inDetail, Note: m.log.Note()}
	if m.log.All() {
		box.Title = "Log of all hosts"
	}
	lines, at := m.log.Draw(w, h-len(top)-1, m.inDetail)
	if len(lines) == 0 {
		lines = []string{l.Dim.Paint("  no log lines yet")}
	}
	return append(top, l.Pane(box, w, h-len(top), lines)...), widget.Point{X: at.X, Y: len(top) + 1 + at.Y}
}

// drawSummary is the summary in a pane, scrolled.
func (m *Model) drawSummary(w, h int) ([]string, widget.Point) {
	l := m.look
	box := widget.Rule{Title: "Summary", Note: "v: log", Focus: m.inDetail}
	iw, ih := w, max(h-1, 0)
	all := m.Summary(iw - 3)
	m.summaryRows.Set(len(all), ih)
	from, to := m.summaryRows.Window()
	body := make([]string, 0, ih)
	for i := from; i < to; i++ {
		body = append(body, l.Pick(all[i], iw, m.inDetail && i == m.summaryRows.Cursor, true))
	}
	if to < len(all) {
		box.More = fmt.Sprintf("%d more below: tab, then down", len(all)-to)
	}
	return l.Pane(box, w, h, body), widget.Point{Y: 1 + m.summaryRows.Cursor - from}
}

// about lists the steps of a row, and what went wrong, in at most h lines.
func (m *Model) about(i, w, h int) []string {
	l := m.look
	var steps, problem []string
	var rows [][]widget.Cell
	last := 4
	for _, k := range m.tasks[i] {
		t := m.snap.Tasks[k]
		for s := range t.StepStates {
			st := &t.StepStates[s]
			sign, style, word := format.Task(l, step(t, s))
			if st.Total > 0 && st.Status == rollout.Running {
				word += fmt.Sprintf(" %d of %d", st.Done, st.Total)
			}
			if st.Returns != nil {
				word = format.Value(st.Returns)
			}
			last = max(last, min(widget.Width(word), w*2/5))
			rows = append(rows, []widget.Cell{{Text: sign, Style: style}, widget.T(t.Lifecycle + ": " + t.Steps[s].Name()),
				{Text: format.Between(st.Started, st.Ended, m.now), Right: true}, {Text: word, Style: style}})
		}
		problem = append(problem, m.explain(t, w)...)
	}
	for _, cells := range rows {
		steps = append(steps, "  "+l.Row(widget.Flex(w-3, 2, -1, 6, last), cells...))
	}
	if i == 0 && len(problem) == 0 {
		if t := m.failed(); t != nil {
			problem = m.explain(t, w)
		}
	}
	if over := len(steps) + len(problem) + 1 - h; over > 0 && len(steps) > over {
		steps = steps[over:] // the last ones matter
	}
	if len(problem) > 0 && len(steps) > 0 {
		problem = append(problem, "")
	}
	all := slices.Concat(problem, steps)
	return all[:min(len(all), max(h, 0))] // why comes first; what can be done is among the keys below, too
}

// explain says why a task failed or is held, and what can be done.
func (m *Model) explain(t *rollout.TaskView, w int) []string {
	l := m.look
	var out []string
	put := func(style widget.Style, text string) {
		for _, s := range widget.Wrap(widget.Clean(text), w-4) {
			out = append(out, "  "+style.Paint(s))
		}
	}
	can := func(key, what, note string) {
		out = append(out, "    "+l.Key.Paint(key)+strings.Repeat(" ", 7-len(key))+l.Row(widget.Flex(w-13, 14, -1), widget.T(what), widget.Cell{Text: note, Style: l.Dim}))
	}
	switch t.Status {
	case rollout.Held:
		put(l.Warn, "held: needs "+m.snap.HeldBy(t))
		return out
	case rollout.FailedTask, rollout.LostTask:
	case rollout.Stopped:
		put(l.Warn, "stopped before it was done")
		if t.Err != nil {
			text, _, hint := format.Fault(t.Err)
			put(l.Dim, text)
			if hint != "" {
				put("", "hint: "+hint)
			}
		}
		can("R", "go on", "with what is left of it")
		return out
	case rollout.Running:
		if !t.Guard.IsZero() {
			put(l.Warn, "What was changed is taken back at "+t.Guard.Local().Format("15:04:05")+" unless somebody confirms it. Try now whether you can still reach "+string(t.Host)+".")
			can("C", "keep it", "what was changed stays")
		}
		if s := m.unreachable(t); s != "" {
			put(l.Warn, string(t.Host)+": "+s+". Its agent goes on by itself, and is followed again when it is back.")
			if t.AwayWhy != nil {
				put(l.Dim, t.AwayWhy.Error())
			}
		}
		return out
	case rollout.SkippedTask, rollout.Done:
		if t.Reason != "" {
			put(l.Dim, string(t.Status)+" by hand: "+t.Reason)
		}
		return out
	case rollout.Waiting, rollout.Dropped:
		return nil
	}
	text, at, hint := format.Fault(t.Err)
	put(l.Bad, l.Fail+" "+string(t.Host)+" "+t.Lifecycle+": "+text)
	if at != "" {
		put(l.Dim, "at "+at)
	}
	if hint != "" {
		put("", "hint: "+hint)
	}
	if n := len(t.Stack); n > 0 {
		put("", t.Lifecycle+" on "+string(t.Host)+" stopped at state "+t.Stack[n-1])
	}
	out = append(out, "", "  "+l.Head.Paint("WHAT YOU CAN DO"))
	if m.Watched {
		can("R", "go on here", "then retry, skip or edit it")
		can("enter", "read the log", "")
		return out
	}
	can("R", "retry", "what is done stays done")
	if m.snap.Over {
		can("E", "change answers", "then go on with what is left")
		can("S", "skip it", "go on without it")
		can("M", "done by hand", "asks why")
		can("B", "roll back", "undoes what it did, shown before")
	}
	if !m.snap.Over {
		can("X", "cancel", "stop what runs, start no more")
	}
	can("enter", "read the log", "")
	return out
}
