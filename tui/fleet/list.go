package fleet

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// grouping says which hosts of the list stand together.
type grouping int

const (
	ungrouped grouping = iota
	byName             // the name without its number
	byService
	byState
)

// columns are those of the list.
func columns() []widget.Column {
	return []widget.Column{{Sign: true}, {Title: "HOST"}, {Title: "STATE", Most: 12}, {Title: "SERVICES, OR WHAT IS THE MATTER", Grow: true}, {Title: "SINCE", Right: true, Priority: 1}}
}

// arrange finds the hosts that pass the filter, in their order, and lists them.
func (m *Model) arrange() {
	words := strings.Fields(m.table.Filter.Want())
	m.shown = m.shown[:0]
	for i := range m.hosts {
		text := strings.ToLower(m.searchText(&m.hosts[i]))
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			m.shown = append(m.shown, i)
		}
	}
	m.usual = m.usualVersions()
	group, rank := make([]string, len(m.hosts)), make([]int, len(m.hosts))
	for _, i := range m.shown {
		group[i], rank[i] = m.groupOf(&m.hosts[i]), m.rank(&m.hosts[i])
	}
	slices.SortStableFunc(m.shown, func(a, b int) int {
		c := strings.Compare(group[a], group[b])
		if m.group == byState && !m.wall {
			c = rank[a] - rank[b]
		}
		if c == 0 && m.worst {
			c = rank[a] - rank[b]
		}
		return c
	})
	m.table.Set(m.lines(group))
	m.layout()
}

// groupOf is the group in which a host stands, "" where there are none.
func (m *Model) groupOf(v *deploy.HostView) string {
	switch {
	case m.wall || m.group == byName:
		return groupOf(v.Host)
	case m.group == byService:
		var names []string
		for _, s := range format.Applied(v) {
			names = append(names, s.Path.Lifecycle())
		}
		return cmp.Or(strings.Join(names, " "), "nothing applied")
	case m.group == byState:
		_, _, word := m.cell(v)
		return word
	}
	return ""
}

// lines are the rows of the list.
func (m *Model) lines(group []string) []widget.Line {
	out := make([]widget.Line, 0, len(m.shown))
	last := ""
	for k, i := range m.shown {
		v := &m.hosts[i]
		if g := group[i]; m.group != ungrouped && !m.wall && (k == 0 || g != last) {
			n := 0
			for _, j := range m.shown[k:] {
				if group[j] != g {
					break
				}
				n++
			}
			out = append(out, widget.Line{Head: g, Note: m.look.Dim.Paint(spec.Count(n, "host", "hosts")) + "  " + m.troubles(m.shown[k:k+n])})
			last = g
		}
		out = append(out, m.line(v))
	}
	return out
}

// troubles counts what is not fine of some hosts.
func (m *Model) troubles(of []int) string {
	var out []string
	for _, x := range m.count(of) {
		if x.word != "ok" && x.word != "empty" && len(of) > 1 {
			out = append(out, x.text)
		}
	}
	return strings.Join(out, "  ")
}

func (m *Model) line(v *deploy.HostView) widget.Line {
	l := m.look
	sign, style, word := m.cell(v)
	if word == "ok" {
		sign = l.OK
	}
	what := widget.Cell{Text: format.Services(v)}
	bad := func(text string) { what = widget.Cell{Text: text, Style: style} }
	switch {
	case !m.conn.Up: // what was seen last
		what.Style = l.Dim
	case v.Unapproved:
		bad("not approved: armonic approve " + v.Account)
	case v.Like != "":
		bad("is not " + string(v.Like) + ", which it looks like")
	case v.Twice:
		bad("its account is in use twice: " + v.Account)
	case v.Link != spec.LinkOn:
		bad(format.Away(m.now, &v.HostStatus))
	case v.Err != nil:
		bad(v.Err.Error())
	case v.Info.Host == "":
		what = widget.Cell{Text: "being read " + l.Ellipsis, Style: l.Dim}
	case word == "drift":
		what = widget.Cell{Text: "not as left: " + strings.Join(m.drift[v.Host], ", "), Style: l.Warn}
	case what.Text == "":
		what = widget.Cell{Text: "nothing applied", Style: l.Dim}
	}
	if x := versions(v); x != m.usual && x != "" && m.usual != "" && v.Link == spec.LinkOn {
		what.Text += "   other versions: " + x
	}
	return widget.Line{ID: string(v.Host), Cells: []widget.Cell{{Text: sign, Style: style}, {Text: string(v.Host)}, {Text: word, Style: style}, what,
		{Text: m.since(v), Style: l.Dim}}}
}

// versions are those of the agent, and of the modules that were handed over to it; "" if that is
// not known.
func versions(v *deploy.HostView) string {
	version := cmp.Or(v.Version, v.Info.Version)
	if version == "" || v.Info.Host == "" {
		return ""
	}
	out := []string{"agent " + version}
	for _, b := range v.Info.Bundles {
		out = append(out, b.Name+" "+spec.ShortDigest(b.Used))
	}
	return strings.Join(out, ", ")
}

// usualVersions are those that most hosts have, "" if no two have the same.
func (m *Model) usualVersions() (usual string) {
	count, most := map[string]int{}, 1
	for i := range m.hosts {
		x := versions(&m.hosts[i])
		if count[x]++; x != "" && count[x] > most {
			usual, most = x, count[x]
		}
	}
	return usual
}

// since is since when a host is as it is, "" if that is not known.
func (m *Model) since(v *deploy.HostView) string {
	last := v.Since
	if v.Link == spec.LinkOn {
		last = time.Time{}
		for _, s := range format.Applied(v) {
			if a := s.Applied[len(s.Applied)-1].At; a.After(last) {
				last = a
			}
			if s.Fault != nil && s.Fault.At.After(last) {
				last = s.Fault.At
			}
		}
	}
	if last.IsZero() {
		return ""
	}
	return format.Ago(m.now, last)
}

// rank says how much a host needs a look: 0 is the most.
func (m *Model) rank(v *deploy.HostView) int {
	_, _, word := m.cell(v)
	return slices.Index(words, word)
}

func (m *Model) searchText(v *deploy.HostView) string {
	_, _, word := m.cell(v)
	return string(v.Host) + " " + word + " " + string(v.Link) + " " + v.HostStatus.OS.String() + " " + v.Info.OS.String() + " " + format.Services(v)
}
