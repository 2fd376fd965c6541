package fleet

import (
	"cmp"
	"fmt"
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
func (m *Model) SetWork(work map[spec.Host]Work) { m.work = work }

// Wall reports whether the wall is shown.
func (m *Model) Wall() bool { return m.wall }

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

// byGroup puts the hosts of a group together.
func (m *Model) byGroup() {
	slices.SortStableFunc(m.shown, func(a, b int) int {
		return strings.Compare(groupOf(m.hosts[a].Host), groupOf(m.hosts[b].Host))
	})
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
		return l.Checking, l.Bad, "LOST"
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
	}
	return l.Block, l.Good, "ok"
}

// legend counts the cells of each kind.
func (m *Model) legend() string {
	words := []string{"FAIL", "LOST", "OFF", "asks to join", "not read", "not known", "run", "wait", "ok"}
	n, as := map[string]int{}, map[string]string{}
	for _, i := range m.shown {
		sign, style, word := m.cell(&m.hosts[i])
		n[word]++
		as[word] = style.Paint(fmt.Sprintf("%s %d %s", sign, n[word], word))
	}
	var out []string
	for _, word := range words {
		if n[word] > 0 {
			out = append(out, as[word])
		}
	}
	return strings.Join(out, "  ")
}

func (m *Model) drawWall(w, h int) ([]string, widget.Point) {
	l := m.look
	low := min(7, h/3)
	rule := widget.Rule{Title: m.filter.Title(l, "Wall"), Right: m.legend(), Focus: true}
	name := 3
	for _, i := range m.shown {
		name = widget.Widest(name, min(14, w/4), groupOf(m.hosts[i].Host))
	}
	m.cells = max((w-name-9)/2, 1)
	all := m.stripes(m.cells)
	here := slices.IndexFunc(all, func(s stripe) bool { return m.list.Cursor >= s.from && m.list.Cursor < s.from+s.n })
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
			at = widget.Point{X: name + 8 + 2*(m.list.Cursor-s.from), Y: 1 + len(body)}
		}
		line := mark + l.Row([]int{name, 4}, widget.Cell{Text: s.group, Style: l.Head}, widget.Cell{Text: count, Right: true, Style: l.Dim}) + " "
		for k := s.from; k < s.from+s.n; k++ {
			sign, style, _ := m.cell(&m.hosts[m.shown[k]])
			sign = style.Paint(sign)
			if k == m.list.Cursor {
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
	for i := range v.Stacks {
		if f := v.Stacks[i].Fault; f != nil {
			text, _ := format.Err(f.Err)
			put(f.Step.Name() + " failed " + format.Age(m.now, f.At) + ": " + text)
		}
	}
	return l.Pane(rule, w, h, body)
}

// moveCell moves over the wall.
func (m *Model) moveCell(a widget.Action) {
	all := m.stripes(max(m.cells, 1))
	here := slices.IndexFunc(all, func(s stripe) bool { return m.list.Cursor >= s.from && m.list.Cursor < s.from+s.n })
	to := m.list.Cursor
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
		to = all[next].from + min(m.list.Cursor-all[here].from, all[next].n-1)
	default:
		m.list.Do(a)
		m.layout()
		return
	}
	m.list.To(to)
	m.layout()
}

// nextTrouble goes to the next host that is not fine.
func (m *Model) nextTrouble() {
	for i := range m.shown {
		k := (m.list.Cursor + 1 + i) % len(m.shown)
		if _, _, word := m.cell(&m.hosts[m.shown[k]]); word != "ok" && word != "run" && word != "wait" {
			m.list.To(k)
			m.layout()
			return
		}
	}
}
