package deployments

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// compare marks the deployment under the cursor, or takes the mark away from it.
func (m *Model) compare() {
	r := m.here()
	switch {
	case r == nil:
	case r.ID == m.base:
		m.base = ""
	default:
		m.base = r.ID
	}
}

// row gives a deployment of the list.
func (m *Model) row(id spec.DeploymentID) *Row {
	for i := range m.rows {
		if m.rows[i].ID == id {
			return &m.rows[i]
		}
	}
	return nil
}

// drawRight is what is known of the deployment under the cursor, or how it differs from the one
// that is marked.
func (m *Model) drawRight(w, h int) ([]string, widget.Point) {
	if base := m.row(m.base); base != nil && base.ID != m.here().ID {
		return m.drawComparison(base, m.here(), w, h)
	}
	return m.drawDetails(w, h)
}

// difference is a row of a comparison.
type difference struct{ what, a, b string }

// differences are what was decided otherwise in two deployments, and what became of them.
func (m *Model) differences(a, b *Row) (out []difference, same int) {
	add := func(what, x, y string) {
		if x == y {
			same++
			return
		}
		out = append(out, difference{what, x, y})
	}
	add("what", a.what(), b.what())
	_, _, x := m.state(a)
	_, _, y := m.state(b)
	add("result", x, y)
	add("hosts", names(m.hosts(a)), names(m.hosts(b)))
	add("took", m.took(a), m.took(b))
	left, right := decided(m.snapshot(a)), decided(m.snapshot(b))
	var keys []string
	for k := range left {
		keys = append(keys, k)
	}
	for k := range right {
		if _, ok := left[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		add(k, left[k], right[k])
	}
	return out, same
}

// decided are the answers of a deployment, by node and name.
func decided(s *rollout.Snapshot) map[string]string {
	out := map[string]string{}
	if s == nil || s.Plan == nil {
		return out
	}
	for _, a := range s.Plan.Answers {
		node := strings.TrimPrefix(strings.TrimPrefix(string(a.Node), "."), "/")
		out[strings.TrimSpace(node+" "+nameOf(a))] = format.Value(a.Value)
	}
	return out
}

func names(hosts []spec.Host) string {
	out := make([]string, len(hosts))
	for i, h := range hosts {
		out[i] = string(h)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (m *Model) drawComparison(a, b *Row, w, h int) ([]string, widget.Point) {
	l := m.look
	rule := widget.Rule{Title: a.Name + " and " + b.Name, Right: l.Dim.Paint("o marks another, esc ends it"), Focus: m.zoom}
	if m.snapshot(a) == nil || m.snapshot(b) == nil {
		return l.Pane(rule, w, h, []string{"", " " + l.Dim.Paint("being read "+l.Ellipsis)}), widget.Point{}
	}
	rows, same := m.differences(a, b)
	what := 6
	for _, d := range rows {
		what = widget.Widest(what, w/3, d.what)
	}
	when := func(r *Row) string { return format.Ago(m.now, r.Made) }
	widths := widget.Flex(w-4, what, -1, -1)
	body := []string{"", "  " + l.Row(widths, widget.T(""), widget.Cell{Text: strings.ToUpper(when(a)) + "  MARKED", Style: l.Head}, widget.Cell{Text: strings.ToUpper(when(b)), Style: l.Head})}
	for _, d := range rows {
		left, right := widget.Wrap(widget.Clean(d.a), widths[1]), widget.Wrap(widget.Clean(d.b), widths[2])
		for i := range max(len(left), len(right)) {
			cell := func(s []string, style widget.Style) widget.Cell {
				if i < len(s) {
					return widget.Cell{Text: s[i], Style: style}
				}
				return widget.Cell{}
			}
			name := ""
			if i == 0 {
				name = d.what
			}
			body = append(body, "  "+l.Row(widths, widget.T(name), cell(left, l.Bad), cell(right, l.Good)))
		}
	}
	body = append(body, "", "  "+l.Dim.Paint(fmt.Sprintf("%s differ, %d are alike", spec.Count(len(rows), "thing", "things"), same)))
	return l.Pane(rule, w, h, body), widget.Point{}
}
