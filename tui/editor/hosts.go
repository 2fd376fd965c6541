package editor

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// The actions on a list of hosts.
const (
	mark     widget.Action = "mark"
	markAll  widget.Action = "mark all"
	markSpan widget.Action = "mark range"
	addMore  widget.Action = "once more"
	earlier  widget.Action = "earlier"
	later    widget.Action = "later"
)

// hostList asks for hosts, in order; one may be given more than once, and none.
type hostList struct {
	options
	q      resolver.Question
	chosen []spec.Host
	from   int  // where a range began
	none   bool // enter was pressed with nothing marked
}

func newHostList(l widget.Look, q resolver.Question, places Places) *hostList {
	m := &hostList{options: options{look: l, places: places}, q: q}
	m.options.mark = m.sign
	m.set(q.Options)
	hosts, _ := resolver.Answer{Value: q.Value}.Hosts()
	m.chosen = slices.Clone(hosts)
	return m
}

func (m *hostList) bindings() []widget.Binding {
	return append([]widget.Binding{
		widget.Key(mark, "space", "mark", "mark or unmark the host"),
		widget.Key(Keep, "enter", "keep, next", "keep the marked hosts, in the order shown"),
		widget.Key(markAll, "*", "all", "mark all shown, or none"),
		widget.Key(markSpan, "=", "range", "mark from the last marked to here"),
		widget.Key(earlier, "< shift+up", "earlier", "move the host to the front of the order"),
		widget.Key(later, "> shift+down", "later", "move the host to the end of the order"),
		widget.Key(addMore, "+", "once more", "give the host once more"),
		widget.Key(widget.Back, "esc", "discard", "take the filter away, or close without a change"),
	}, listKeys()...)
}

func (m *hostList) typing() bool { return true }

func (m *hostList) typed(k tea.KeyMsg) Outcome {
	if a, ok := widget.Find(m.bindings(), widget.Name(k)); ok && a != widget.Back && !k.Paste {
		return m.do(a)
	}
	m.none, m.note = false, ""
	if !m.narrowing(k) {
		return Outcome{Done: true}
	}
	return Outcome{}
}

func (m *hostList) do(a widget.Action) Outcome {
	none := m.none
	m.none, m.note = false, ""
	if m.table.Do(a) {
		return Outcome{}
	}
	i, ok := m.here()
	switch {
	case a == Keep:
		return m.keep(none)
	case a == markAll:
		m.toggleAll()
	case !ok:
	case a == markSpan:
		lo, hi := min(m.from, m.table.List.Cursor), max(m.from, m.table.List.Cursor)
		for _, k := range m.shown(lo, hi+1) {
			m.add(k, false)
		}
	case a == mark:
		h := m.host(i)
		if at := slices.Index(m.chosen, h); at >= 0 {
			m.chosen = slices.DeleteFunc(m.chosen, func(x spec.Host) bool { return x == h })
		} else {
			m.add(i, false)
		}
		m.from = m.table.List.Cursor
	case a == addMore:
		m.add(i, true)
	case a == earlier:
		m.shift(m.host(i), -1)
	case a == later:
		m.shift(m.host(i), 1)
	}
	if m.number() > 0 && a != widget.Back { // it was part of a name
		m.filter.Set("")
		m.narrow()
	}
	return Outcome{}
}

func (m *hostList) add(i int, more bool) {
	h := m.host(i)
	switch {
	case m.options.all[i].Disabled:
		m.note = string(h) + " cannot be chosen: " + m.options.all[i].Note
	case !more && slices.Contains(m.chosen, h):
	case m.q.Max > 0 && len(m.chosen) >= m.q.Max:
		m.note = fmt.Sprintf("at most %d can be given", m.q.Max)
	default:
		m.chosen = append(m.chosen, h)
	}
}

func (m *hostList) toggleAll() {
	every, all := true, m.shown(0, len(m.options.all))
	for _, i := range all {
		every = every && (m.options.all[i].Disabled || slices.Contains(m.chosen, m.host(i)))
	}
	for _, i := range all {
		if every {
			h := m.host(i)
			m.chosen = slices.DeleteFunc(m.chosen, func(x spec.Host) bool { return x == h })
		} else if !m.options.all[i].Disabled {
			m.add(i, false)
		}
	}
}

func (m *hostList) shift(h spec.Host, by int) {
	i := slices.Index(m.chosen, h)
	if j := i + by; i >= 0 && j >= 0 && j < len(m.chosen) {
		m.chosen[i], m.chosen[j] = m.chosen[j], m.chosen[i]
	}
}

// number is how many hosts were asked for by a number that was typed, 0 for none.
func (m *hostList) number() int {
	n, err := strconv.Atoi(m.filter.Text())
	if err != nil || n > len(m.options.all) {
		return 0
	}
	return n
}

// leastBusy are n hosts that can be chosen: those that are marked, then those with the least to do.
func (m *hostList) leastBusy(n int) []spec.Host {
	var free []spec.Host
	work := map[spec.Host]float64{}
	for i := range m.options.all {
		if h := m.host(i); !m.options.all[i].Disabled && !slices.Contains(m.chosen, h) {
			free = append(free, h)
			if m.places != nil {
				work[h] = m.places(h).Work
			}
		}
	}
	slices.SortStableFunc(free, func(a, b spec.Host) int { return cmp.Compare(work[a], work[b]) })
	out := append(slices.Clone(m.chosen), free...)
	return out[:min(n, len(out))]
}

func (m *hostList) keep(sure bool) Outcome {
	n := len(m.chosen)
	switch want := m.number(); {
	case want > 0 && m.q.Max > 0 && want > m.q.Max:
		m.note = fmt.Sprintf("at most %d can be given", m.q.Max)
		return Outcome{}
	case want > 0:
		if m.chosen = m.leastBusy(want); len(m.chosen) < want {
			m.note = spec.Count(len(m.chosen), "host", "hosts") + " can be chosen, not " + strconv.Itoa(want)
		}
		m.filter.Set("")
		m.narrow()
		return Outcome{}
	case n < m.q.Min:
		m.note = "needs " + span(m.q.Min, m.q.Max) + ": space marks a host"
		return Outcome{}
	case n == 0 && !sure:
		m.none = true
		m.note = "none marked: enter again gives none, space marks"
		return Outcome{}
	}
	return Outcome{Done: true, Keep: true, Next: true, Value: slices.Clone(m.chosen)}
}

func (m *hostList) refresh(q resolver.Question) {
	m.q = q
	m.set(q.Options)
}

func (m *hostList) sign(i int) string {
	var at []string
	h := m.host(i)
	for k, x := range m.chosen {
		if x == h {
			at = append(at, strconv.Itoa(k+1))
		}
	}
	switch {
	case len(at) > 0:
		return "[" + strings.Join(at, ",") + "]"
	case m.options.all[i].Disabled:
		return "[-]"
	}
	return "[ ]"
}

func (m *hostList) draw(w, h int) ([]string, widget.Point) {
	l := m.look
	once := slices.Clone(m.chosen)
	slices.Sort(once)
	once = slices.Compact(once)
	head := fmt.Sprintf("%d of %d hosts marked", len(once), len(m.options.all))
	if len(once) == 0 {
		head += "; or type how many"
	}
	if len(once) < len(m.chosen) {
		head += fmt.Sprintf(", %d in all", len(m.chosen))
	}
	if len(m.chosen) > 0 {
		head += "  order: " + format.Value(m.chosen)
	}
	style := l.Head
	if n := m.number(); n > 0 {
		style = l.Key
		head = fmt.Sprintf("enter marks %d: %s", n, format.Value(m.leastBusy(n)))
	}
	lines, at := m.rows(w, max(h-1, 1), m.note)
	at.Y++
	return append([]string{style.Paint(l.Cut(widget.Clean(head), w))}, lines...), at
}
