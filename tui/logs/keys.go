package logs

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// The screen's own actions.
const (
	mark       widget.Action = "mark"
	save       widget.Action = "save lines"
	limit      widget.Action = "limits"
	deployment widget.Action = "deployment"
	around     widget.Action = "context"
)

// contexts are how many lines around a match can be shown.
//
//nolint:gochecknoglobals // a table
var contexts = []int{0, 2, 10}

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	if m.pane.Typing() {
		return m.pane.Bindings()
	}
	nothing, none := "", ""
	if len(m.pane.sources) == 0 {
		nothing = "nothing has run yet"
	} else if m.pane.Line() == nil {
		none = "no line is shown"
	}
	if nothing != "" {
		none = nothing
	}
	one := nothing
	if len(m.pane.sources) == 1 {
		one = "there is only one deployment"
	}
	all := ""
	if !m.pane.narrowed() {
		all = "all lines are shown; it is for a filter or a level"
	}
	return append(m.pane.Bindings(),
		widget.Key(limit, "c", "hosts, time", "show only lines of some hosts, or of some time: web* since 12:30"),
		widget.Key(deployment, "d", "", "show only the lines of one deployment, the next, all").Unless(one),
		widget.Key(around, "x", "context", "how many lines around a match are shown too: none, 2, 10").Unless(all),
		widget.Key(mark, "space", "mark", "mark the line, or take the mark away").Unless(none),
		widget.Key(save, "w", "save", "write the lines to a file: those that are marked, or all that are shown").Unless(none),
		widget.Key(widget.Open, "enter", "open", "the deployment of the line, and what can be done about it").Unless(none),
		widget.Key(widget.Zoom, "z", "", "show the lines alone"),
		widget.Key(widget.Back, "esc", "back", "take marks, filter and limits away, or go back"))
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	p := m.pane
	switch a {
	case widget.Zoom:
		m.zoom = !m.zoom
	case widget.Copy:
		return m.copy()
	case limit:
		return AskLimits{p.limits.Text}
	case deployment:
		m.nextDeployment()
	case around:
		p.around = contexts[(slices.Index(contexts, p.around)+1)%len(contexts)]
		p.refilter()
	case mark:
		p.mark()
	case save:
		return m.save()
	case widget.Open:
		if p.Line() != nil {
			return Open{p.sources[p.shown[p.list.Cursor].src].ID}
		}
	case widget.Back:
		return m.back()
	default:
		p.Do(a)
	}
	return nil
}

func (m *Model) back() widget.Request {
	p := m.pane
	switch {
	case m.zoom:
		m.zoom = false
	case len(p.marked) > 0:
		p.marked = nil
	case p.narrowed():
		p.ClearFilter()
	case p.of != nil || p.limits.on():
		p.of, p.limits = nil, Limits{}
		p.refilter()
	default:
		return widget.GoBack{}
	}
	return nil
}

// nextDeployment goes from all deployments to the first, from each to the next, and back to all.
func (m *Model) nextDeployment() {
	p := m.pane
	i := m.only() + 1
	p.of = nil
	if i < len(p.sources) {
		p.of = p.sources[i].Buf
	}
	p.refilter()
}

// mark marks the line under the cursor, or takes the mark away.
func (p *Pane) mark() {
	if p.Line() == nil {
		return
	}
	e := p.shown[p.list.Cursor]
	at := place{p.sources[e.src].Buf, int(e.pos)}
	if p.marked[at] {
		delete(p.marked, at)
	} else {
		if p.marked == nil {
			p.marked = map[place]bool{}
		}
		p.marked[at] = true
	}
	p.Do(widget.Down)
}

// chosen are the entries that are marked, or else all that are shown.
func (p *Pane) chosen() []entry {
	var out []entry
	for _, e := range p.shown {
		if e.kind != gap && (len(p.marked) == 0 || p.marked[place{p.sources[e.src].Buf, int(e.pos)}]) {
			out = append(out, e)
		}
	}
	return out
}

// written is a line as it stands in files and on the clipboard.
func written(of string, x *rollout.LogLine) string {
	return fmt.Sprintf("%s %s %s %-5s %s\n", x.At.Local().Format("2006-01-02T15:04:05.000Z07:00"), x.Host, of, x.Level, widget.Clean(x.Text))
}

func (m *Model) save() widget.Request {
	p := m.pane
	chosen := p.chosen()
	return Save{What: spec.Count(len(chosen), "line", "lines"), Text: func() []byte {
		var b bytes.Buffer
		for _, e := range chosen {
			b.WriteString(written(p.sources[e.src].Name, p.at(e)))
		}
		return b.Bytes()
	}}
}

func (m *Model) copy() widget.Request {
	p := m.pane
	if len(p.marked) == 0 {
		x := p.Line()
		if x == nil {
			return nil
		}
		return widget.CopyText{Text: x.At.Local().Format("15:04:05.000") + " " + string(x.Host) + " " + x.Text, What: "the line"}
	}
	var b strings.Builder
	chosen := p.chosen()
	for _, e := range chosen {
		b.WriteString(written(p.sources[e.src].Name, p.at(e)))
	}
	return widget.CopyText{Text: b.String(), What: spec.Count(len(chosen), "line", "lines")}
}
