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
	l := m.look
	rule := widget.Rule{Title: m.filter.Title(l, "Deployments"), Right: m.counts(), Focus: true}
	at := widget.Point{}
	if m.filter.Typing {
		at.X = 1 + widget.Width(rule.Title)
	}
	name, what, by := 8, 8, 2
	for i := range m.rows {
		r := &m.rows[i]
		name, what, by = widget.Widest(name, w/4, r.Name), widget.Widest(what, w/4, r.what()), widget.Widest(by, 16, r.By)
	}
	hosts := 0
	if w >= 70 {
		hosts = 6
	}
	widths := widget.Flex(w-3, 1, name+1, 12, what+1, by, hosts, -1, 6, 5)
	right := func(s string) widget.Cell { return widget.Cell{Text: s, Right: true, Style: l.Dim} }
	head := func(s string, r bool) widget.Cell { return widget.Cell{Text: s, Right: r, Style: l.Dim} }
	body := []string{"  " + l.Row(widths, head("", false), head("NAME", false), head("RESULT", false), head("WHAT", false), head("BY", false),
		head("HOSTS", true), head("", false), head("TOOK", true), head("WHEN", true))}
	foot := m.unread(w)
	m.list.Set(len(m.entries), max(h-2-len(foot), 1))
	from, to := m.list.Window()
	for i := from; i < to; i++ {
		e := m.entries[i]
		if e.head != "" {
			body = append(body, l.Dim.Paint("  "+e.head))
			continue
		}
		r := &m.rows[e.row]
		sign, style, word := m.state(r)
		text := widget.Style("")
		if r.ID == m.base {
			sign, style = l.Bullet, l.Key
		}
		if r.State == "replaced" {
			text = l.Dim
		}
		hosts := ""
		if n := len(m.hosts(r)); n > 0 {
			hosts = fmt.Sprint(n)
		}
		if i == m.list.Cursor && !m.filter.Typing {
			at = widget.Point{Y: 1 + len(body)}
		}
		body = append(body, l.Pick(l.Row(widths, widget.Cell{Text: sign, Style: style}, widget.Cell{Text: r.Name, Style: text}, widget.Cell{Text: word, Style: style},
			widget.Cell{Text: r.what(), Style: text}, widget.Cell{Text: r.By, Style: l.Dim}, right(hosts), widget.T(""), right(m.took(r)), right(format.Ago(m.now, r.Made))),
			w-1, i == m.list.Cursor, true)+" ")
	}
	if len(m.entries) == 0 {
		text := "Nothing has been deployed yet. 2 opens the catalogue of what can be deployed."
		switch {
		case m.filter.On():
			text = "No deployment matches; esc clears the filter."
		case !m.ready:
			text = "The hosts are being asked ..."
		}
		body = append([]string{""}, indent(widget.Wrap(text, w-4))...)
	}
	for len(body) < h-1-len(foot) {
		body = append(body, "")
	}
	return l.Pane(rule, w, h, append(body, foot...)), at
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

func indent(lines []string) []string {
	for i := range lines {
		lines[i] = "  " + lines[i]
	}
	return lines
}
