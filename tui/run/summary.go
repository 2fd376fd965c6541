package run

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Summary says what came of the deployment, in plain lines of about w columns.
func (m *Model) Summary(w int) []string {
	s := m.snap
	word := strings.ToUpper(string(m.State()))
	out := wrapped(fmt.Sprintf("%s  %s  %s%s on %s in %s", word, m.name, format.Word(s.Simulation()), spec.CountOf(s.StepsDone, s.Steps, "step", "steps"),
		spec.Count(len(m.hosts), "host", "hosts"), format.Took(s.Took(m.now))), "", w)
	out = append(out, "")
	if s.Result != nil {
		head := "RESULT"
		if sim := s.Simulation(); sim != "" {
			head += ", " + sim
		}
		out = append(append(append(out, head), listed(s.Result, w)...), "")
	}
	if lines := m.returned(w); len(lines) > 0 {
		out = append(append(append(out, "RETURNED BY"), lines...), "")
	}
	for k := range s.Tasks {
		if t := s.Tasks[k]; t.Status == rollout.FailedTask || t.Status == rollout.LostTask {
			text, _, hint := format.Fault(t.Err)
			mark := "  FAIL "
			for _, x := range widget.Wrap(widget.Clean(string(t.Host)+" "+t.Lifecycle+": "+text), max(w-8, 20)) {
				out = append(out, mark+x)
				mark = "       "
			}
			if hint != "" {
				out = append(out, "       hint: "+widget.Clean(hint))
			}
		}
	}
	if out[len(out)-1] != "" {
		out = append(out, "")
	}
	out = append(out, m.stacks(w)...)
	if m.Room != "" {
		out = append(append(out, "", "CHAT ROOM WITH THE LOG"), wrapped(m.Room, "  ", w)...)
	}
	return out
}

// FailedLog is what the tasks that failed said last, at most so many lines of each.
func (m *Model) FailedLog(w, most int) []string {
	var out []string
	for k := range m.snap.Tasks {
		t := m.snap.Tasks[k]
		if t.Status != rollout.FailedTask && t.Status != rollout.LostTask {
			continue
		}
		at := m.buf.Of(map[resolver.TaskID]bool{t.ID: true})
		if len(at) == 0 {
			continue
		}
		out = append(out, "", "LOG OF "+widget.Clean(string(t.Host)+" "+t.Lifecycle))
		if n := len(at) - most; n > 0 {
			out = append(out, fmt.Sprintf("  (%s before)", spec.Count(n, "line", "lines")))
			at = at[n:]
		}
		for _, pos := range at {
			x := m.buf.At(pos)
			out = append(out, wrapped(x.At.Local().Format("15:04:05")+" "+x.Text, "  ", w)...)
		}
	}
	return out
}

// listed writes a result so that nothing of it is cut: a table by its names, a list
// an element a line.
func listed(v any, w int) []string {
	t, ok := v.(map[string]any)
	if !ok {
		return wrapped(format.Value(v), "  ", w)
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(t)) {
		xs, ok := t[name].([]any)
		if !ok || len(xs) < 2 {
			out = append(out, wrapped(name+"="+format.Value(t[name]), "  ", w)...)
			continue
		}
		out = append(out, wrapped(fmt.Sprintf("%s (%d)", name, len(xs)), "  ", w)...)
		for _, x := range xs {
			out = append(out, wrapped(format.Value(x), "    ", w)...)
		}
	}
	return out
}

// wrapped breaks foreign text into lines that begin with a margin.
func wrapped(text, margin string, w int) []string {
	var out []string
	for _, s := range widget.Wrap(widget.Clean(text), max(w-len(margin), 16)) {
		out = append(out, margin+s)
	}
	return out
}

func (m *Model) returned(w int) []string {
	ids := make([]string, 0, len(m.snap.Returns))
	for id, v := range m.snap.Returns {
		if id != resolver.Root && v != nil {
			ids = append(ids, string(id))
		}
	}
	sort.Strings(ids)
	var out []string
	for _, id := range ids {
		i := m.tree.Tree.Index(resolver.NodeID(id))
		if i < 0 {
			continue
		}
		n := m.tree.Tree.Items[i].Node
		name := n.Provide.Path.Lifecycle() + "." + n.Provide.Path.Provide()
		out = append(out, wrapped(string(n.Host)+"  "+name+"  "+format.Value(m.snap.Returns[n.ID]), "  ", w)...)
	}
	return out
}

func (m *Model) stacks(w int) []string {
	type place struct{ host, lc string }
	last := map[place][]string{}
	var order []place
	for k := range m.snap.Tasks {
		t := m.snap.Tasks[k]
		p := place{string(t.Host), t.Lifecycle}
		if _, ok := last[p]; !ok {
			order = append(order, p)
		}
		if t.Stack != nil && (last[p] == nil || t.Status != rollout.Waiting && t.Status != rollout.Held) {
			last[p] = t.Stack
		}
	}
	out := []string{"STATE STACKS NOW"}
	for _, p := range order {
		head := widget.Clean(fmt.Sprintf("  %-8s %-10s ", p.host, p.lc))
		for i, s := range widget.Wrap(widget.Clean(strings.Join(last[p], " > ")), max(w-widget.Width(head), 16)) {
			if i > 0 {
				head = strings.Repeat(" ", widget.Width(head))
			}
			out = append(out, head+s)
		}
	}
	return out
}
