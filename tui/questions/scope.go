package questions

import (
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// scope says for which questions the value that is being typed is taken.
type scope int

const (
	thisOne scope = iota
	emptyOnes
	allOnes
)

// useFor goes to the next scope that is of use.
const useFor widget.Action = "use it for"

// alike are the other questions of the same variable of the same lifecycle, and those of them
// that have no value.
func (m *Model) alike() (all, empty []*resolver.Question) {
	if m.edit == nil || m.res == nil {
		return nil, nil
	}
	q := m.res.Question(m.edit.Key)
	if q == nil {
		return nil, nil
	}
	all = m.res.Alike(q)
	for _, x := range all {
		if x.Value == nil {
			empty = append(empty, x)
		}
	}
	return all, empty
}

// widen goes to the next scope.
func (m *Model) widen() {
	all, empty := m.alike()
	switch {
	case len(all) == 0:
		m.scope = thisOne
	case m.scope == thisOne && len(empty) > 0 && len(empty) < len(all):
		m.scope = emptyOnes
	case m.scope != allOnes:
		m.scope = allOnes
	default:
		m.scope = thisOne
	}
}

// also are the other questions that get the value.
func (m *Model) also() []resolver.Key {
	all, empty := m.alike()
	of := map[scope][]*resolver.Question{emptyOnes: empty, allOnes: all}[m.scope]
	keys := make([]resolver.Key, len(of))
	for i, q := range of {
		keys[i] = q.Key
	}
	return keys
}

// drawScope is the choice of what a value is used for, nil where there is only one.
func (m *Model) drawScope(w int) []string {
	l := m.look
	all, empty := m.alike()
	if len(all) == 0 {
		return nil
	}
	out := []string{"", l.Head.Paint(" USE IT FOR") + "  " + l.Key.Paint("ctrl+o")}
	row := func(s scope, what, note string) {
		sign := "( ) "
		if m.scope == s {
			sign = "(x) "
		}
		out = append(out, l.Cut("   "+sign+what, w-1)+"  "+l.Dim.Paint(l.Cut(note, max(w-widget.Width(what)-10, 0))))
	}
	row(thisOne, "this one only", "")
	if n := len(empty); n > 0 && n < len(all) {
		row(emptyOnes, "the empty ones too", places(empty))
	}
	replaced := 0
	for _, q := range all {
		if q.Source == resolver.You || q.Source == resolver.Replayed {
			replaced++
		}
	}
	note := places(all)
	if replaced > 0 {
		note += "; replaces " + spec.Count(replaced, "answer", "answers")
	}
	row(allOnes, "all "+spec.Count(len(all)+1, "place", "places"), note)
	return out
}

// places names the hosts of questions.
func places(qs []*resolver.Question) string {
	var hosts []string
	for _, q := range qs {
		if h := string(q.Host); h != "" && (len(hosts) == 0 || hosts[len(hosts)-1] != h) {
			hosts = append(hosts, h)
		}
	}
	return widget.Clean(strings.Join(hosts, " "))
}
