package resolver

import (
	"slices"
	"strconv"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// newPlan makes the graph of tasks from the calls, which must be complete.
func newPlan(c *checked) *Plan {
	t := c.tree
	p := &Plan{Tasks: make([]Task, 0, len(t.ordered)), After: map[spec.Host]map[string][]string{}}
	last := map[service]TaskID{} // the last task so far of a lifecycle
	end := map[NodeID]TaskID{}   // the task that ends a node
	all := c.newRelays()
	for _, n := range t.ordered {
		if n.CalledAs != nil {
			continue
		}
		for _, x := range all {
			for from, to := x.due(n); from < to; from++ {
				if task, ok := c.relay(x, from); ok {
					p.Tasks = append(p.Tasks, task)
				}
				x.next = from + 1
			}
		}
		svc := n.service()
		from, first := n.from, 0
		for i, seg := range t.segments(n) {
			task := Task{ID: TaskID(string(n.ID) + "#" + strconv.Itoa(i)), Node: n.ID, Host: n.Host,
				Lifecycle: svc.lifecycle, From: from, First: first, Steps: seg.steps,
				Simulated: n.Provide.Simulated, Module: n.Route.Module}
			aside := n.Drains != "" || n.Enables != "" // then it is the batches that say when
			if prev, ok := last[svc]; ok && !aside {
				task.After = append(task.After, prev)
			}
			for _, id := range seg.needs {
				if before := end[id]; before != "" && !slices.Contains(task.After, before) {
					task.After = append(task.After, before)
				}
			}
			task.Absent = c.absent(n, seg.steps)
			if n.Checks != nil {
				task.Checks = n.Checks.ID
			}
			task.Drains, task.Enables = n.Drains, n.Enables
			if n.Enables != "" {
				task.After = append(task.After, toldOf(all, n.Enables)...)
			}
			p.Tasks = append(p.Tasks, task)
			if end[n.ID] = task.ID; !aside {
				last[svc] = task.ID
			}
			from, first = spec.StackAfter(from, seg.steps), first+len(seg.steps)
		}
		if !slices.Contains(p.Hosts, n.Host) {
			p.Hosts = append(p.Hosts, n.Host)
		}
		if p.After[n.Host] == nil {
			p.After[n.Host] = map[string][]string{}
		}
		p.After[n.Host][svc.lifecycle] = t.stacks[svc]
	}
	for _, r := range t.rolled {
		if x := r.batches(); len(x.Of) > 1 || r.how.Check != "" {
			p.Batches = append(p.Batches, x)
		}
	}
	return p
}

// absent gives, by step, what is to be taken for values that calls do not return.
func (c *checked) absent(n *node, steps []spec.Step) []spec.Inputs {
	var out []spec.Inputs
	for i, s := range steps {
		req := n.requirement(s)
		if !awaits(s.Inputs) {
			continue
		}
		for _, v := range n.vars {
			x := c.values.of(v).absent
			if x == nil || v.requirement != req {
				continue
			}
			if out == nil {
				out = make([]spec.Inputs, len(steps))
			}
			if out[i] == nil {
				out[i] = spec.Inputs{}
			}
			put(out[i], v, x)
		}
	}
	return out
}

// learned reports whether nothing is still to be learned of any node.
func (c *checked) learned() bool {
	return !slices.ContainsFunc(c.tree.nodes, func(n *node) bool { return n.Pending || !n.ready })
}

// segment is a part of a node's steps that can run without waiting in between.
type segment struct {
	steps []spec.Step
	needs []NodeID // nodes that must have been called before
}

// segments cuts the steps of a node before each one that needs nodes which those
// before it do not: a package is installed while another host sets up a database.
func (t *tree) segments(n *node) []segment {
	var out []segment
	met := map[NodeID]bool{}
	placed := map[*node]bool{}
	for i, s := range n.Steps {
		needs := t.needsOf(n, s, placed, i == len(n.Steps)-1)
		fresh := slices.DeleteFunc(needs, func(id NodeID) bool { return met[id] })
		if len(out) == 0 || len(fresh) > 0 {
			out = append(out, segment{needs: fresh})
		}
		for _, id := range fresh {
			met[id] = true
		}
		if awaits(s.Inputs) {
			s.Requires = n.requirement(s).requires
		}
		seg := &out[len(out)-1]
		seg.steps = append(seg.steps, s)
	}
	return out
}

// needsOf lists the nodes that a step needs: those that meet its requires, and
// those whose results are among its inputs. The last step also waits for children
// whose state turned out to be entered already.
func (t *tree) needsOf(n *node, s spec.Step, placed map[*node]bool, final bool) []NodeID {
	var out []NodeID
	add := func(id NodeID) {
		m := called(t.byID[id].Node)
		id = m.ID
		if !m.Unmanaged && id != n.ID && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	switch {
	case n.Checks != nil:
		add(n.Checks.ID)
	case n.Enables != "":
		add(n.Enables)
		if check := n.Enables.child("check"); t.byID[check] != nil {
			add(check)
		}
	}
	for _, req := range n.requirements {
		here := req == n.requirement(s)
		for _, c := range req.children {
			if here || final && !placed[c] {
				placed[c] = true
				add(c.ID)
			}
		}
	}
	for req := range sorted(s.Inputs) {
		for _, set := range s.Inputs[req] {
			for name := range sorted(set) {
				if d, ok := set[name].(value.Deferred); ok {
					add(NodeID(d.Node))
				}
			}
		}
	}
	return out
}
