package resolver

import (
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
)

// plan makes the graph of tasks, if nothing stands in its way.
func (b *builder) plan() {
	if !b.complete() {
		return
	}
	p := &Plan{After: map[spec.Host]map[string][]string{}}
	last := map[service]TaskID{} // the last task so far of a lifecycle
	end := map[NodeID]TaskID{}   // the task that ends a node
	for _, n := range b.post {
		if n.Same != nil {
			continue
		}
		svc := service{n.Host, n.Provide.Path.Lifecycle()}
		from, first := n.from, 0
		for i, seg := range b.segments(n) {
			t := Task{ID: TaskID(fmt.Sprintf("%s#%d", n.ID, i)), Node: n.ID, Host: n.Host,
				Lifecycle: svc.lifecycle, From: from, First: first, Steps: seg.steps}
			if prev, ok := last[svc]; ok {
				t.After = append(t.After, prev)
			}
			for _, id := range seg.needs {
				if task := end[id]; task != "" && !slices.Contains(t.After, task) {
					t.After = append(t.After, task)
				}
			}
			p.Tasks = append(p.Tasks, t)
			last[svc], end[n.ID] = t.ID, t.ID
			from, first = spec.StackAfter(from, seg.steps), first+len(seg.steps)
		}
		if !slices.Contains(p.Hosts, n.Host) {
			p.Hosts = append(p.Hosts, n.Host)
		}
		if p.After[n.Host] == nil {
			p.After[n.Host] = map[string][]string{}
		}
		p.After[n.Host][svc.lifecycle] = b.stacks[svc]
	}
	b.res.Plan = p
}

// complete reports whether nothing is missing, wrong, or still to be learned.
func (b *builder) complete() bool {
	for _, n := range b.nodes {
		if n.Missing+n.Wrong+n.Checking > 0 || n.Pending || !n.ready {
			return false
		}
	}
	for _, p := range b.res.Problems {
		if !p.Warning {
			return false
		}
	}
	return true
}

// segment is a part of a node's steps that can run without waiting in between.
type segment struct {
	steps []spec.Step
	needs []NodeID // nodes that must have been called before
}

// segments cuts the steps of a node before each one that needs nodes which those
// before it do not: a package is installed while another host sets up a database.
func (b *builder) segments(n *node) []segment {
	var out []segment
	met := map[NodeID]bool{}
	placed := map[*node]bool{}
	for i, s := range n.Steps {
		needs := b.needsOf(n, s, placed, i == len(n.Steps)-1)
		fresh := slices.DeleteFunc(needs, func(id NodeID) bool { return met[id] })
		if len(out) == 0 || len(fresh) > 0 {
			out = append(out, segment{needs: fresh})
		}
		for _, id := range fresh {
			met[id] = true
		}
		seg := &out[len(out)-1]
		seg.steps = append(seg.steps, s)
	}
	return out
}

// needsOf lists the nodes that a step needs: those that meet its requires, and
// those whose results are among its inputs. The last step also waits for children
// whose state turned out to be entered already.
func (b *builder) needsOf(n *node, s spec.Step, placed map[*node]bool, final bool) []NodeID {
	var out []NodeID
	add := func(id NodeID) {
		m := b.byID[id]
		if m.Same != nil {
			id = m.Same.ID
		}
		if !m.Unmanaged && id != n.ID && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for _, a := range n.asks {
		here := s.Action != spec.Leave && a.state == s.State && a.provide == s.Asks()
		for _, c := range a.kids {
			if here || final && !placed[c] {
				placed[c] = true
				add(c.ID)
			}
		}
	}
	for req := range sorted(s.Inputs) {
		for _, set := range s.Inputs[req] {
			for name := range sorted(set) {
				if d, ok := set[name].(spec.Deferred); ok {
					add(NodeID(d.Node))
				}
			}
		}
	}
	return out
}
