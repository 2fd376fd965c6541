package run

import (
	"fmt"
	"sort"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/show"
	"github.com/armonic/armonic/tui/ui"
)

// drawRight is the pane of the log, or of the summary.
func (m *Model) drawRight(w, h int) ([]string, ui.Point) {
	l := m.look
	if m.summary {
		box := ui.Box{Title: "Summary", Right: "v: log"}
		iw, ih := box.Inner(w, h)
		body := m.Summary(iw - 2)
		for i := range body {
			body[i] = " " + l.Cut(body[i], iw-1)
		}
		if len(body) > ih {
			box.Foot = fmt.Sprintf("%d more lines", len(body)-ih)
		}
		return l.Box(box, w, h, body), ui.Point{}
	}
	i := max(m.tree.Selected(), 0)
	it := &m.tree.Tree.Items[i]
	box := ui.Box{Title: it.Name(), Focus: m.right, Bare: m.zoom, Right: m.log.Note()}
	if it.Node.Host != "" && !it.Group {
		box.Title += " @" + string(it.Node.Host)
	}
	if m.log.All() {
		box.Title = "Log of all hosts"
	}
	iw, ih := box.Inner(w, h)
	var body []string
	if !m.right || ih > 24 {
		body = m.about(i, iw, ih*3/5)
	}
	if len(body) > 0 {
		body = append(body, l.Frame.Paint(strings.Repeat(l.Horizontal, iw)))
	}
	lines, y := m.log.Draw(iw, ih-len(body), m.right)
	if len(lines) == 0 && ih > len(body) {
		lines = []string{l.Dim.Paint(" no log lines yet")}
	}
	at := ui.Point{X: 1, Y: 1 + len(body) + y}
	return l.Box(box, w, h, append(body, lines...)), at
}

// about lists the steps of a row, and what went wrong, in at most h lines.
func (m *Model) about(i, w, h int) []string {
	l := m.look
	var steps, trouble []string
	var rows [][]ui.Cell
	last := 4
	for _, k := range m.tasks[i] {
		t := &m.snap.Tasks[k]
		for s := range t.StepStates {
			st := &t.StepStates[s]
			sign, style, word := show.Task(l, st.Status)
			if st.Total > 0 && st.Status == deploy.Running {
				word += fmt.Sprintf(" %d of %d", st.Done, st.Total)
			}
			if st.Returns != nil {
				word = show.Value(st.Returns)
			}
			last = max(last, min(ui.Width(word), w*2/5))
			rows = append(rows, []ui.Cell{{Text: sign, Style: style}, ui.T(t.Lifecycle + ": " + t.Steps[s].Name()),
				{Text: show.Between(st.Started, st.Ended, m.now), Right: true}, {Text: word, Style: style}})
		}
		trouble = append(trouble, m.trouble(t, w)...)
	}
	for _, cells := range rows {
		steps = append(steps, "  "+l.Row(ui.Flex(w-3, 2, -1, 6, last), cells...))
	}
	if i == 0 && len(trouble) == 0 {
		if t := m.failed(); t != nil {
			trouble = m.trouble(t, w)
		}
	}
	if over := len(steps) + len(trouble) - h; over > 0 && len(steps) > over {
		steps = steps[over:] // the last ones matter
	}
	return append(steps, trouble...)
}

// trouble says why a task failed or is held, and what can be done.
func (m *Model) trouble(t *deploy.TaskView, w int) []string {
	l := m.look
	var out []string
	put := func(style ui.Style, text string) {
		for _, s := range ui.Wrap(ui.Clean(text), w-4) {
			out = append(out, "  "+style.Paint(s))
		}
	}
	switch t.Status {
	case deploy.Held:
		var by []string
		for _, id := range t.HeldBy {
			for k := range m.snap.Tasks {
				if x := &m.snap.Tasks[k]; x.ID == id {
					by = append(by, x.Lifecycle+" on "+string(x.Host))
				}
			}
		}
		put(l.Warn, "held: needs "+strings.Join(by, ", "))
		return out
	case deploy.FailedTask, deploy.LostTask:
	case deploy.Stopped:
		put(l.Warn, "stopped before it was done")
		put("", "  R  go on with it")
		return out
	case deploy.Waiting, deploy.Running, deploy.Done:
		return nil
	}
	text, at, hint := show.Fault(t.Err)
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
	put("", "  R  retry; what is done stays done")
	if !m.snap.Over {
		put("", "  X  cancel: stop what runs, start no more")
	}
	put("", "  enter  read the log")
	return out
}

// Summary says what came of the deployment, in plain lines of about w columns.
func (m *Model) Summary(w int) []string {
	s := m.snap
	word := "RUNNING"
	switch {
	case s.Over && s.OK:
		word = "DONE"
	case s.Over && s.Failed > 0:
		word = "FAILED"
	case s.Over:
		word = "STOPPED"
	}
	hosts := m.hosts()
	out := []string{fmt.Sprintf("%s  %s  %d of %d steps on %d %s in %s", word, ui.Clean(m.name), s.StepsDone, s.Steps,
		hosts, map[bool]string{true: "host", false: "hosts"}[hosts == 1], show.Between(s.Started, s.Ended, m.now)), ""}
	if s.Result != nil {
		out = append(out, "RESULT")
		if t, ok := s.Result.(map[string]any); ok {
			for _, p := range show.Pairs(t) {
				out = append(out, "  "+ui.Clean(p))
			}
		} else {
			out = append(out, "  "+ui.Clean(show.Value(s.Result)))
		}
		out = append(out, "")
	}
	if lines := m.returned(); len(lines) > 0 {
		out = append(append(append(out, "RETURNED BY"), lines...), "")
	}
	for k := range s.Tasks {
		if t := &s.Tasks[k]; t.Status == deploy.FailedTask || t.Status == deploy.LostTask {
			text, _, hint := show.Fault(t.Err)
			mark := "  FAIL "
			for _, x := range ui.Wrap(ui.Clean(string(t.Host)+" "+t.Lifecycle+": "+text), max(w-8, 20)) {
				out = append(out, mark+x)
				mark = "       "
			}
			if hint != "" {
				out = append(out, "       hint: "+ui.Clean(hint))
			}
		}
	}
	if out[len(out)-1] != "" {
		out = append(out, "")
	}
	return append(out, m.stacks(w)...)
}

func (m *Model) returned() []string {
	ids := make([]string, 0, len(m.snap.Returns))
	for id, v := range m.snap.Returns {
		if id != resolver.Root && v != nil {
			ids = append(ids, string(id))
		}
	}
	sort.Strings(ids)
	var out []string
	for _, id := range ids {
		i := m.tree.Tree.Index(resolver.NodeID(id))
		if i < 0 {
			continue
		}
		n := m.tree.Tree.Items[i].Node
		name := n.Provide.Path.Lifecycle() + "." + n.Provide.Path.Provide()
		out = append(out, "  "+ui.Clean(string(n.Host)+"  "+name+"  "+show.Value(m.snap.Returns[n.ID])))
	}
	return out
}

func (m *Model) stacks(w int) []string {
	type place struct{ host, lc string }
	last := map[place][]string{}
	var order []place
	for k := range m.snap.Tasks {
		t := &m.snap.Tasks[k]
		p := place{string(t.Host), t.Lifecycle}
		if _, ok := last[p]; !ok {
			order = append(order, p)
		}
		if t.Stack != nil && (last[p] == nil || t.Status != deploy.Waiting && t.Status != deploy.Held) {
			last[p] = t.Stack
		}
	}
	out := []string{"STATE STACKS NOW"}
	for _, p := range order {
		head := ui.Clean(fmt.Sprintf("  %-8s %-10s ", p.host, p.lc))
		for i, s := range ui.Wrap(ui.Clean(strings.Join(last[p], " > ")), max(w-ui.Width(head), 16)) {
			if i > 0 {
				head = strings.Repeat(" ", ui.Width(head))
			}
			out = append(out, head+s)
		}
	}
	return out
}
