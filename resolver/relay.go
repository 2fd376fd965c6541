package resolver

import (
	"fmt"
	"maps"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// relays are the tasks that tell a state what the batches of a require returned, while a plan
// is made.
type relays struct {
	rolled
	batches Batches
	batch   map[NodeID]int // of the nodes
	next    int            // the first batch of which nothing is told yet
	last    TaskID         // that told of the one before
}

// newRelays finds the requires of which a state is told batch by batch: it is entered again
// at the end of them all, and has those of before. What fails is told of to nobody, so the end
// may not be reached: then the last batch is told of as well.
func (c *checked) newRelays() (out []*relays) {
	for _, r := range c.tree.rolled {
		if r.old == nil {
			continue
		}
		x := &relays{rolled: r, batches: r.batches(), batch: map[NodeID]int{}}
		for i, nodes := range x.batches.Of {
			for _, id := range nodes {
				x.batch[id] = i
			}
		}
		out = append(out, x)
	}
	return out
}

// due are the batches of which is to be told before the task of a node.
func (x *relays) due(n *node) (from, to int) {
	end := len(x.batches.Of)
	if x.how.MaxFail == 0 {
		end--
	}
	if n == x.n {
		return x.next, end
	}
	for p := n; p != nil; p = p.parent {
		switch {
		case p.parent != x.n:
			continue
		case p.Enables != "":
			return x.next, min(end, x.batch[p.Enables]+1)
		case p.Drains != "":
			return x.next, x.batch[p.Drains]
		case p.Checks != nil:
			return x.next, x.batch[p.Checks.ID]
		}
		if i, ok := x.batch[p.ID]; ok {
			return x.next, i
		}
		break
	}
	return x.next, x.next
}

// relay makes the task that tells of the batches up to one.
func (c *checked) relay(x *relays, batch int) (Task, bool) {
	n := x.n
	i := slices.IndexFunc(n.Steps, func(s spec.Step) bool { return s.Again && s.State == x.req.state })
	if i < 0 {
		return Task{}, false
	}
	step, svc := n.Steps[i], n.service()
	now, absent := step.Inputs[x.name], c.absentSets(n, i, x.name)
	tells := &Relay{Require: x.name, Batches: x.batches.Require, Batch: batch}
	var sets, lack []spec.Set
	add := func(set, old, none spec.Set) {
		sets, lack, tells.Old = append(sets, set), append(lack, none), append(tells.Old, old)
	}
	for j, id := range x.nodes {
		switch old := told(x.had(x.hosts[j])); {
		case j >= len(now):
		case x.batch[id] <= batch:
			add(now[j], old, at(absent, j))
		case old != nil:
			add(old, old, nil)
		}
	}
	for _, set := range x.old.Inputs[x.name] { // those that are left out at the end
		h, _ := set[spec.HostVariable].(string)
		if !slices.Contains(x.hosts, spec.Host(h)) {
			add(told(set), told(set), nil)
		}
	}
	step.Inputs = spec.Inputs{}
	for name, all := range x.old.Inputs {
		for _, set := range all {
			step.Inputs[name] = append(step.Inputs[name], told(set))
		}
	}
	step.Inputs[x.name], step.Requires = sets, x.req.requires
	t := Task{ID: TaskID(fmt.Sprintf("%s#%s.%d", n.ID, x.name, batch)), Node: n.ID, Host: n.Host, Lifecycle: svc.lifecycle, From: n.from,
		First: i, Steps: []spec.Step{step}, Absent: []spec.Inputs{{x.name: lack}}, Simulated: n.Provide.Simulated, Relay: tells}
	if x.last != "" {
		t.After = []TaskID{x.last}
	}
	x.last = t.ID
	return t, true
}

// toldOf is the task that tells of a node's batch, none if nothing does.
func toldOf(all []*relays, id NodeID) []TaskID {
	for _, x := range all {
		if _, ok := x.batch[id]; ok && x.last != "" {
			return []TaskID{x.last}
		}
	}
	return nil
}

func (c *checked) absentSets(n *node, step int, require string) []spec.Set {
	if all := c.absent(n, n.Steps); step < len(all) {
		return all[step][require]
	}
	return nil
}

func at(sets []spec.Set, i int) spec.Set {
	if i < len(sets) {
		return sets[i]
	}
	return nil
}

// told is a set without the secrets, which its agent does not tell: they stay.
func told(set spec.Set) spec.Set {
	out := maps.Clone(set)
	maps.DeleteFunc(out, func(_ string, x any) bool { _, secret := x.(value.Secret); return secret })
	return out
}
