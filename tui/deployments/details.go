package deployments

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// snapshot is how the deployment of a row stands, nil if that was not read yet.
func (m *Model) snapshot(r *Row) *rollout.Snapshot {
	if r.Snapshot != nil {
		return r.Snapshot
	}
	return m.details[r.ID].Snapshot
}

// drawDetails is what is known of the deployment under the cursor, and what can be done.
func (m *Model) drawDetails(w, h int) ([]string, widget.Point) {
	l, r := m.look, m.here()
	made := format.Age(m.now, r.Made)
	if r.By != "" {
		made += ", by " + r.By
	}
	rule := widget.Rule{Title: r.Name, Right: l.Dim.Paint(made), Focus: m.zoom}
	p := pane{l: l, w: w, gap: h > 14}
	m.outcome(&p, r)
	s := m.snapshot(r)
	switch err := m.details[r.ID].Err; {
	case s != nil:
		p.failures(s)
		if h > 14 {
			p.answers(s)
		}
		p.hosts(s, m.now, max(h-len(p.lines)-14, 2))
		p.result(s)
	case err != nil:
		p.head("NOT READ")
		p.wrap(l.Warn, err.Error())
	default:
		p.put(l.Dim.Paint("being read " + l.Ellipsis))
	}
	p.actions(r)
	return l.Pane(rule, w, h, p.lines), widget.Point{}
}

// pane gathers the lines of the details.
type pane struct {
	l     widget.Look
	w     int
	gap   bool // there is room for blank lines
	lines []string
}

func (p *pane) put(s string) { p.lines = append(p.lines, " "+p.l.Cut(s, p.w-2)) }

func (p *pane) head(s string) {
	if p.gap {
		p.lines = append(p.lines, "")
	}
	p.put(p.l.Dim.Paint(s))
}

func (p *pane) wrap(style widget.Style, text string) {
	for _, s := range widget.Wrap(widget.Clean(text), max(p.w-4, 10)) {
		p.put("  " + style.Paint(s))
	}
}

// outcome says what came of it, and what it was.
func (m *Model) outcome(p *pane, r *Row) {
	l := m.look
	sign, style, word := m.state(r)
	if p.gap {
		p.lines = append(p.lines, "")
	}
	p.put(style.Paint(sign+" "+word) + "  " + widget.Clean(r.what()+onHost(r.Root.Host())))
	if p.gap {
		p.put(l.Dim.Paint("  id " + widget.Clean(string(r.ID))))
	}
	switch {
	case r.Replacer != "":
		p.put(l.Dim.Paint("  another one has taken its place, " + r.Replacer + ""))
	case r.ReplacedBy != "":
		p.put(l.Dim.Paint("  " + string(r.ReplacedBy) + " has taken its place"))
	}
	if s := m.snapshot(r); s != nil && s.By != "" && s.By != r.By {
		p.put(l.Dim.Paint("  carried out by " + s.By))
	}
}

func onHost(h spec.Host) string {
	if h == "" {
		return ""
	}
	return " on " + string(h)
}

// failures are why it did not come to its end.
func (p *pane) failures(s *rollout.Snapshot) {
	n := 0
	for _, t := range s.Tasks {
		if t.Err == nil || t.Status == rollout.Done {
			continue
		}
		if n++; n > 3 {
			continue
		}
		if n == 1 && p.gap {
			p.lines = append(p.lines, "")
		}
		text, _, hint := format.Fault(t.Err)
		p.wrap(p.l.Bad, string(t.Host)+" "+t.Lifecycle+": "+text)
		if hint != "" {
			p.wrap("", "hint: "+hint)
		}
	}
	if n > 3 {
		p.put(p.l.Dim.Paint(fmt.Sprintf("  %d more failed", n-3)))
	}
}

// answers are what a person decided.
func (p *pane) answers(s *rollout.Snapshot) {
	if s.Plan == nil || len(s.Plan.Answers) == 0 {
		return
	}
	p.head("ASKED  " + spec.Count(len(s.Plan.Answers), "answer", "answers"))
	name := 8
	for _, a := range s.Plan.Answers {
		name = widget.Widest(name, p.w/3, nameOf(a))
	}
	for i, a := range s.Plan.Answers {
		if i == 6 && len(s.Plan.Answers) > 7 {
			p.put(p.l.Dim.Paint(fmt.Sprintf("  %d more", len(s.Plan.Answers)-i)))
			break
		}
		p.put("  " + p.l.Fit(widget.Clean(nameOf(a)), name) + "  " + widget.Clean(format.Value(a.Value)))
	}
}

// nameOf is what was decided: a variable by its name, all else by its kind.
func nameOf(a rollout.Answer) string {
	if a.Kind == resolver.AskValue || a.Name != "" {
		return a.Name[strings.LastIndexByte(a.Name, '/')+1:]
	}
	return string(a.Kind)
}

// lane is what a host did, and when.
type lane struct {
	host        spec.Host
	status      rollout.TaskStatus
	done, steps int
	from, to    time.Time
	took        time.Duration
}

// hosts draw what each host did on one axis of time, in at most h lines.
func (p *pane) hosts(s *rollout.Snapshot, now time.Time, h int) {
	var lanes []lane
	var first, last time.Time
	for _, t := range s.Tasks {
		i := slices.IndexFunc(lanes, func(x lane) bool { return x.host == t.Host })
		if i < 0 {
			i = len(lanes)
			lanes = append(lanes, lane{host: t.Host})
		}
		x := &lanes[i]
		x.status = worse(x.status, t.Status)
		x.done += t.StepsDone
		x.steps += len(t.Steps)
		if t.Started.IsZero() {
			continue
		}
		end := t.Ended
		if end.IsZero() {
			end = now
		}
		x.took += end.Sub(t.Started)
		if x.from.IsZero() || t.Started.Before(x.from) {
			x.from = t.Started
		}
		x.to = later(x.to, end)
		if first.IsZero() || x.from.Before(first) {
			first = x.from
		}
		last = later(last, end)
	}
	if len(lanes) == 0 {
		return
	}
	l := p.l
	name := 5
	for _, x := range lanes {
		name = widget.Widest(name, p.w/3, string(x.host))
	}
	widths := widget.Flex(p.w-5, 1, name, -1, 6, 6)
	p.head(l.Row(widget.Flex(p.w-3, name+4, -1, 6, 6), widget.T("HOSTS"), widget.T(""), widget.Cell{Text: "STEPS", Right: true}, widget.Cell{Text: "TOOK", Right: true}))
	for i, x := range lanes {
		if i == h-1 && len(lanes) > h {
			p.put(l.Dim.Paint("  " + spec.Count(len(lanes)-i, "more host", "more hosts")))
			break
		}
		sign, style, word := format.Task(l, x.status)
		took := word
		if x.took > 0 {
			took = format.Took(x.took)
		}
		p.put("  " + l.Row(widths[:2], widget.Cell{Text: sign, Style: style}, widget.T(string(x.host))) + " " + bar(l, style, x, first, last, widths[2]) + " " +
			l.Row(widths[3:], widget.Cell{Text: fmt.Sprintf("%d/%d", x.done, x.steps), Right: true, Style: l.Dim}, widget.Cell{Text: took, Right: true, Style: l.Dim}))
	}
}

// bar is the time in which a host did something, of w columns.
func bar(l widget.Look, style widget.Style, x lane, first, last time.Time, w int) string {
	all := last.Sub(first)
	if x.from.IsZero() || all <= 0 || w < 4 {
		return l.Fit("", w)
	}
	at := func(t time.Time) int { return int(int64(t.Sub(first)) * int64(w) / int64(all)) }
	from := min(at(x.from), w-1)
	n := max(min(at(x.to), w)-from, 1)
	return l.Dim.Paint(strings.Repeat(l.Wait, from)) + style.Paint(strings.Repeat(l.Heavy, n)) + strings.Repeat(" ", w-from-n)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// worse is the status of a host of which a task has one and another the other.
func worse(a, b rollout.TaskStatus) rollout.TaskStatus {
	order := []rollout.TaskStatus{"", rollout.Dropped, rollout.SkippedTask, rollout.Done, rollout.Waiting, rollout.Stopped, rollout.Held, rollout.Running, rollout.LostTask, rollout.FailedTask}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// result is what the root returned.
func (p *pane) result(s *rollout.Snapshot) {
	if s.Result == nil {
		return
	}
	p.head("RESULT")
	t, ok := s.Result.(map[string]any)
	if !ok {
		p.wrap("", format.Value(s.Result))
		return
	}
	names := make([]string, 0, len(t))
	for n := range t {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names[:min(len(names), 4)] {
		p.wrap("", n+"  "+format.Value(t[n]))
	}
}

// actions are the keys that do something about it, and what that means.
func (p *pane) actions(r *Row) {
	if !p.gap {
		return
	}
	p.head("WHAT YOU CAN DO")
	row := func(key, what, means string) {
		p.put("  " + p.l.Key.Paint(p.l.Fit(key, 5)) + "  " + p.l.Fit(what, 13) + " " + p.l.Dim.Paint(means))
	}
	switch {
	case r.State == "running" && !r.Here:
		row("enter", "watch", "live, left to "+r.by())
		row("R", "take over", r.by()+" is told")
	case r.goesOn():
		row("R", "go on", "done stays done")
	}
	row("r", "replay", "same answers, new plan")
	row("c", "other hosts", "same answers, elsewhere")
	row("o", "compare", "with another one")
	row("w", "save answers", "to a file")
	if r.undoable() {
		row("B", "roll back", "shown before")
	}
}
