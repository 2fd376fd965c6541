package fleet

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Work is what deployments do on a host now.
type Work int

// What a host does.
const (
	Idle Work = iota
	Waits
	Runs
	Failed
)

// SetWork says what deployments do on hosts; those that are not in it are idle.
func (m *Model) SetWork(work map[spec.Host]Work) {
	if !maps.Equal(m.work, work) {
		m.work = work
		m.arrange()
	}
}

// SetDrift says what was found not to be as it was left on the hosts that were looked at; of
// others nobody knows.
func (m *Model) SetDrift(found map[spec.Host][]string) {
	m.drift = found
	m.arrange()
}

// stripe is a line of the wall: some hosts of a group.
type stripe struct {
	group   string // "" if the line above is of the same group
	of      int    // how many hosts the group has
	from, n int    // in shown
}

// groupOf is the group of a host: its name without the number at the end.
func groupOf(h spec.Host) string {
	name := strings.TrimRight(string(h), "0123456789")
	return cmp.Or(strings.TrimRight(name, "-_."), string(h))
}

// stripes lays the wall out in lines of so many cells.
func (m *Model) stripes(cells int) []stripe {
	var out []stripe
	for from := 0; from < len(m.shown); {
		group, to := groupOf(m.hosts[m.shown[from]].Host), from
		for to < len(m.shown) && groupOf(m.hosts[m.shown[to]].Host) == group {
			to++
		}
		name := group
		for i := from; i < to; i += cells {
			out = append(out, stripe{name, to - from, i, min(cells, to-i)})
			name = ""
		}
		from = to
	}
	return out
}

// cell gives the sign of a host on the wall, its style and its word.
func (m *Model) cell(v *deploy.HostView) (string, widget.Style, string) {
	l := m.look
	fault := slices.ContainsFunc(v.Stacks, func(s spec.Stack) bool { return s.Fault != nil })
	work := m.work[v.Host]
	switch {
	case !m.conn.Up:
		return l.Checking, l.Dim, "not known"
	case v.Link == spec.LinkLost:
		return l.Checking, l.Unsure, "LOST"
	case v.Link != spec.LinkOn:
		return l.Off, l.Bad, "OFF"
	case v.Unapproved || v.Like != "" || v.Twice:
		return l.Missing, l.Warn, "asks to join"
	case work == Failed || fault && work != Runs:
		return l.Fail, l.Bad, "FAIL"
	case work == Runs || v.Busy != "" || v.Info.Busy != "":
		return l.Run, l.Busy, "run"
	case v.Err != nil:
		return l.Wrong, l.Warn, "not read"
	case work == Waits:
		return l.Wait, l.Dim, "wait"
	case v.Info.Host == "":
		return l.Wait, l.Dim, "reading"
	case len(m.drift[v.Host]) > 0:
		return l.Drift, l.Warn, "drift"
	case len(format.Applied(v)) == 0:
		return l.Wait, l.Dim, "empty"
	}
	return l.Block, l.Good, "ok"
}

// words are what a host can be, the worst first.
//
//nolint:gochecknoglobals // a table
var words = []string{"FAIL", "LOST", "OFF", "asks to join", "not read", "not known", "drift", "run", "wait", "ok", "reading", "empty"}

// counted is how many hosts are of a kind, as it is written.
type counted struct{ word, text string }

// count counts hosts by what they are.
func (m *Model) count(of []int) (out []counted) {
	n, sign, style := map[string]int{}, map[string]string{}, map[string]widget.Style{}
	for _, i := range of {
		a, b, word := m.cell(&m.hosts[i])
		n[word]++
		sign[word], style[word] = a, b
	}
	for _, word := range words {
		if n[word] > 0 {
			out = append(out, counted{word, style[word].Paint(fmt.Sprintf("%s %d %s", sign[word], n[word], word))})
		}
	}
	return out
}

// legend counts all hosts that are shown.
func (m *Model) legend() string {
	var out []string
	for _, x := range m.count(m.shown) {
		out = append(out, x.text)
	}
	return strings.Join(out, "  ")
}

// strip is the wall in a few lines above the list: the groups in line, a cell a host. It is nil where
// it would take more than most lines.
func (m *Model) strip(w, most int) []string {
	if len(m.shown) < 2 || most < 1 {
		return nil
	}
	groups := map[string][]int{}
	var names []string
	for _, i := range m.shown {
		g := groupOf(m.hosts[i].Host)
		if groups[g] == nil {
			names = append(names, g)
		}
		groups[g] = append(groups[g], i)
	}
	slices.Sort(names)
	for _, gap := range []string{" ", ""} {
		lines, line, at := []string{}, " ", 1
		put := func(s string, n int) {
			if at+n > w-1 {
				lines, line, at = append(lines, line), " ", 1
			}
			line, at = line+s, at+n
		}
		for _, g := range names {
			name := " " + m.look.Dim.Paint(m.look.Cut(widget.Clean(g), 14)) + " "
			put(name, widget.Width(name))
			for _, i := range groups[g] {
				sign, style, _ := m.cell(&m.hosts[i])
				put(style.Paint(sign)+gap, 1+len(gap))
			}
			put(" ", 1)
		}
		if lines = append(lines, line); len(lines) <= most {
			return lines
		}
	}
	return nil
}

func (m *Model) drawWall(w, h int) ([]string, widget.Point) {
	l := m.look
	low := min(7, h/3)
	rule := widget.Rule{Title: m.table.Filter.Title(l, "Wall"), Note: "by group", Focus: true}
	name := 3
	for _, i := range m.shown {
		name = widget.Widest(name, min(14, w/4), groupOf(m.hosts[i].Host))
	}
	m.cells = max((w-name-9)/2, 1)
	all := m.stripes(m.cells)
	here := slices.IndexFunc(all, func(s stripe) bool { return m.at() >= s.from && m.at() < s.from+s.n })
	room := max(h-low-1, 1)
	top := max(min(here-room/2, len(all)-room), 0)
	var body []string
	at := widget.Point{}
	for i := top; i < min(len(all), top+room); i++ {
		s := all[i]
		count := ""
		if s.group != "" {
			count = fmt.Sprint(s.of)
		}
		mark := "  "
		if i == here {
			mark = "> "
			at = widget.Point{X: name + 8 + 2*(m.at()-s.from), Y: 1 + len(body)}
		}
		line := mark + l.Row([]int{name, 4}, widget.Cell{Text: s.group, Style: l.Head}, widget.Cell{Text: count, Right: true, Style: l.Dim}) + " "
		for k := s.from; k < s.from+s.n; k++ {
			sign, style, _ := m.cell(&m.hosts[m.shown[k]])
			sign = style.Paint(sign)
			if k == m.at() {
				sign = l.Over(l.Cursor, sign, 1)
			}
			line += sign + " "
		}
		body = append(body, line)
	}
	if len(m.shown) == 0 {
		body = []string{"", "  no host matches; esc clears the filter"}
	}
	out := l.Pane(rule, w, h-low, body)
	return append(out, m.drawCell(w, low)...), at
}

// drawCell is the host under the cursor, in h lines.
func (m *Model) drawCell(w, h int) []string {
	l, v := m.look, m.view()
	if v == nil {
		return l.Pane(widget.Rule{}, w, h, nil)
	}
	sign, style, word := m.cell(v)
	rule := widget.Rule{Title: string(v.Host), Right: l.Dim.Paint(strings.TrimSpace(v.Info.OS.String() + "  " + v.Info.Address))}
	services := format.Services(v)
	if services == "" && v.Link == spec.LinkOn && v.Err == nil && v.Info.Host != "" {
		services = "nothing applied"
	}
	body := []string{" " + style.Paint(sign+" "+word) + "  " + widget.Clean(services)}
	put := func(text string) {
		for _, s := range widget.Wrap(widget.Clean(text), max(w-4, 10)) {
			body = append(body, "   "+l.Bad.Paint(s))
		}
	}
	if v.Link != spec.LinkOn {
		put(format.Away(m.now, &v.HostStatus))
	} else if v.Err != nil {
		put(v.Err.Error())
	}
	for _, s := range m.drift[v.Host] {
		body = append(body, "   "+l.Warn.Paint(l.Cut(widget.Clean(s), max(w-4, 10))))
	}
	for i := range v.Stacks {
		if f := v.Stacks[i].Fault; f != nil {
			text, _ := format.Err(f.Err)
			put(f.Step.Name() + " failed " + format.Age(m.now, f.At) + ": " + text)
		}
	}
	return l.Pane(rule, w, h, body)
}

// at is the place of the host under the cursor among those that are shown.
func (m *Model) at() int {
	h := m.Host()
	return max(slices.IndexFunc(m.shown, func(i int) bool { return m.hosts[i].Host == h }), 0)
}

func (m *Model) toCell(i int) {
	if i >= 0 && i < len(m.shown) {
		m.Select(m.hosts[m.shown[i]].Host)
	}
}

// moveCell moves over the wall.
func (m *Model) moveCell(a widget.Action) {
	all := m.stripes(max(m.cells, 1))
	here := slices.IndexFunc(all, func(s stripe) bool { return m.at() >= s.from && m.at() < s.from+s.n })
	to := m.at()
	switch a {
	case widget.Left:
		to--
	case widget.Right:
		to++
	case widget.Up, widget.Down:
		next := here + 1
		if a == widget.Up {
			next = here - 1
		}
		if here < 0 || next < 0 || next >= len(all) {
			return
		}
		to = all[next].from + min(m.at()-all[here].from, all[next].n-1)
	case widget.First:
		to = 0
	case widget.Last:
		to = len(m.shown) - 1
	default:
	}
	m.toCell(to)
}

// nextTrouble goes to the next host that is not fine.
func (m *Model) nextTrouble() {
	for i := range m.shown {
		k := (m.at() + 1 + i) % len(m.shown)
		if m.wantsLook(&m.hosts[m.shown[k]]) {
			m.toCell(k)
			return
		}
	}
}

// wantsLook reports whether a host is not fine.
func (m *Model) wantsLook(v *deploy.HostView) bool {
	_, _, word := m.cell(v)
	return !slices.Contains([]string{"ok", "run", "wait", "empty", "reading", "not known"}, word)
}
