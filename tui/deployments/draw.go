package deployments

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	low := min(10, h*2/5)
	switch {
	case m.here() == nil || h < widget.Low:
		return m.drawList(w, h)
	case m.zoom:
		return m.drawRight(w, h)
	case w >= widget.Wide:
		return m.look.Split(w, h, w*3/5, false, m.drawList, m.drawRight)
	}
	return widget.Stacked(w, h, h-low, false, m.drawList, m.drawRight)
}

// state gives the sign of a deployment's state, its style and its word.
func (m *Model) state(r *Row) (string, widget.Style, string) {
	l := m.look
	switch r.State {
	case "running":
		return l.Run, l.Busy, "run"
	case "failed":
		return l.Fail, l.Bad, "FAIL"
	case "done":
		return l.OK, l.Good, "ok"
	case "rolled back":
		return l.Undone, "", "undone"
	case "left":
		return l.Missing, l.Warn, "left"
	case "interrupted":
		return l.Wrong, l.Warn, "interrupted"
	case "replaced":
		return l.Same, l.Dim, "replaced"
	case "waits for approval":
		return l.Wait, l.Warn, "approval"
	case "refused":
		return l.Fail, l.Bad, "refused"
	}
	return l.Wait, l.Dim, r.State
}

// by is who made it.
func (r *Row) by() string { return cmp.Or(r.By, "somebody") }

func (r *Row) ended() time.Time {
	if r.Ended.IsZero() {
		return r.Made
	}
	return r.Ended
}

// took is how long it ran, "" if that is not known.
func (m *Model) took(r *Row) string {
	switch d := time.Duration(r.Seconds * float64(time.Second)); {
	case m.snapshot(r) != nil:
		return format.Took(m.snapshot(r).Took(m.now))
	case d > 0:
		return format.Took(d)
	case r.State == "running" || r.Ended.IsZero():
		return ""
	}
	return format.Took(r.Ended.Sub(r.Made))
}

// hosts are those that take part, none if that is not known.
func (m *Model) hosts(r *Row) []spec.Host {
	s := m.snapshot(r)
	if len(r.Hosts) > 0 || s == nil {
		return r.Hosts
	}
	var out []spec.Host
	for _, t := range s.Tasks {
		if !slices.Contains(out, t.Host) {
			out = append(out, t.Host)
		}
	}
	return out
}

// counts says at the right of the rule how many there are of each state that matters.
func (m *Model) counts() string {
	l := m.look
	n := map[string]int{}
	for i := range m.rows {
		n[m.rows[i].State]++
	}
	var out []string
	for _, s := range []string{"failed", "interrupted", "left", "waits for approval", "refused", "running", "done", "rolled back"} {
		if n[s] == 0 {
			continue
		}
		r := Row{}
		r.State = s
		sign, style, word := m.state(&r)
		out = append(out, style.Paint(fmt.Sprintf("%s %d %s", sign, n[s], word)))
	}
	return strings.Join(out, l.Frame.Paint("  "))
}

func (m *Model) drawList(w, h int) ([]string, widget.Point) {
	m.table.Foot = m.unread(w)
	switch {
	case m.table.Filter.On():
		m.table.Empty = []string{"No deployment matches; esc clears the filter."}
	case !m.ready:
		m.table.Empty = []string{"The hosts are being asked " + m.look.Ellipsis}
	default:
		m.table.Empty = []string{"Nothing has been deployed yet. 2 opens the catalogue of what can be deployed."}
	}
	return m.table.Draw(m.look, widget.Rule{Title: "Deployments", Right: m.counts(), Focus: true}, w, h)
}

// cells are the row of a deployment.
func (m *Model) cells(r *Row) []widget.Cell {
	l := m.look
	sign, style, word := m.state(r)
	text, at, hosts := widget.Style(""), sign, ""
	atStyle := style
	if r.ID == m.base {
		at, atStyle = l.Bullet, l.Key
	}
	if r.State == "replaced" {
		text = l.Dim
	}
	if n := len(m.hosts(r)); n > 0 {
		hosts = fmt.Sprint(n)
	}
	dim := func(s string) widget.Cell { return widget.Cell{Text: s, Style: l.Dim} }
	return []widget.Cell{{Text: at, Style: atStyle}, {Text: r.Name, Style: text}, {Text: word, Style: style}, {Text: r.what(), Style: text}, dim(r.By),
		dim(hosts), dim(m.took(r)), dim(format.Ago(m.now, r.Made))}
}

// unread says what could not be read.
func (m *Model) unread(w int) []string {
	var out []string
	for _, s := range m.errs[:min(len(m.errs), 2)] {
		out = append(out, "  "+m.look.Warn.Paint(m.look.Cut(m.look.Wrong+" "+widget.Clean(s), w-3)))
	}
	if n := len(m.errs) - 2; n > 0 {
		out = append(out, m.look.Dim.Paint("  "+spec.Count(n, "more", "more")+" could not be read"))
	}
	return out
}
