package rollout

import (
	"cmp"
	"strings"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// batches are the Batches of a require while they are carried out: each in phases.
type batches struct {
	resolver.Batches
	at    map[resolver.NodeID]int // the batch of a node
	tasks [][]*task               // phase by phase, see phaseOf
	begun int                     // the last phase of which a task was handed over
}

// The phases of a batch.
const (
	draining = iota // its nodes are taken out of use
	changing        // they, and all below them, are done, and checked
	telling         // whoever requires them is told what they returned, and brings them back
	phases
)

// inBatch says that a task belongs to a phase of a batch.
type inBatch struct {
	of    *batches
	phase int
}

func (s *State) addBatches(all []resolver.Batches) {
	for _, b := range all {
		x := &batches{Batches: b, tasks: make([][]*task, phases*len(b.Of)), at: map[resolver.NodeID]int{}}
		for i, nodes := range b.Of {
			for _, n := range nodes {
				x.at[n] = i
			}
		}
		for _, t := range s.tasks {
			if t.status == Dropped || t.rollback {
				continue
			}
			if i, ok := x.phaseOf(t); ok {
				x.tasks[i] = append(x.tasks[i], t)
				t.in = append(t.in, inBatch{x, i})
			}
		}
		s.batches = append(s.batches, x)
	}
}

// phaseOf is the phase that a task belongs to.
func (b *batches) phaseOf(t *task) (int, bool) {
	if t.Relay != nil {
		return phases*t.Relay.Batch + telling, t.Relay.Batches == b.Require && t.Relay.Batch < len(b.Of)
	}
	phase := changing
	switch {
	case t.Drains != "":
		phase = draining
	case t.Enables != "":
		phase = telling
	}
	i, ok := b.at[b.instanceOf(t)]
	return phases*i + phase, ok
}

// instanceOf is the node of a batch that a task is for, or for something below; that of the
// task itself if there is none.
func (b *batches) instanceOf(t *task) resolver.NodeID {
	id := cmp.Or(t.Checks, t.Drains, t.Enables, t.Node)
	for n := id; ; {
		if _, ok := b.at[n]; ok {
			return n
		}
		up := strings.LastIndexByte(string(n), '/')
		if up < 0 {
			return id
		}
		n = n[:up]
	}
}

// open reports whether the batches that a task belongs to may run; if not yet, at is when,
// the zero time if that depends on what runs or on somebody.
func (s *State) open(t *task, now time.Time) (open bool, at time.Time) {
	for _, in := range t.in {
		if last, at := in.of.reached(now); in.phase > last {
			return false, at
		}
	}
	return true, at
}

// reached is the last phase that may run: what was begun, and those after it as long as all
// before them are done. At is when the pause before the next batch is over, if that is what
// it waits for.
func (b *batches) reached(now time.Time) (phase int, at time.Time) {
	for phase = b.begun; phase < len(b.tasks)-1; phase++ {
		for _, t := range b.tasks[phase] {
			if t.status == Running || t.status == Waiting && t.bad == 0 {
				return phase, time.Time{}
			}
		}
		if b.failed(phase) > b.How.MaxFail {
			return phase, time.Time{}
		}
		if phase%phases == telling {
			if at = b.ended(phase).Add(b.How.Pause); b.How.Pause > 0 && now.Before(at) {
				return phase, at
			}
		}
	}
	return phase, time.Time{}
}

// ended is when the last task of a batch ended, whose last phase is given.
func (b *batches) ended(phase int) (at time.Time) {
	for i := phase - telling; i <= phase; i++ {
		for _, t := range b.tasks[i] {
			if t.ended.After(at) {
				at = t.ended
			}
		}
	}
	return at
}

// failed counts the nodes of the batches up to a phase of which something failed or is held:
// they are too many if whoever requires them cannot be told.
func (b *batches) failed(phase int) int {
	bad := map[resolver.NodeID]bool{}
	for i := range phase + 1 {
		for _, t := range b.tasks[i] {
			switch {
			case !t.held():
			case t.Relay != nil:
				return b.How.MaxFail + 1
			default:
				bad[b.instanceOf(t)] = true
			}
		}
	}
	return len(bad)
}

// blocked says why a task does not begin although all that it needs is done: too many failed
// in the batches before its own; nil if that is not so.
func (t *task) blocked() *batches {
	for _, in := range t.in {
		if last, _ := in.of.reached(time.Time{}); in.phase > last && in.of.failed(last) > in.of.How.MaxFail {
			return in.of
		}
	}
	return nil
}

// relayed are the steps of a task that tells of a batch, without what failed there: that stays
// as it was.
func (s *State) relayed(t *task) *task {
	out, p := *t, *t.PlannedTask
	out.PlannedTask = &p
	step := t.Steps[0]
	step.Inputs = step.Inputs.Clone()
	out.Absent = nil
	var sets, absent []spec.Set
	for i, set := range step.Inputs[t.Relay.Require] {
		if !s.returned(set) {
			if set = t.Relay.Old[i]; set == nil {
				continue
			}
		}
		sets = append(sets, set)
		var lack spec.Set
		if len(t.Absent) > 0 && i < len(t.Absent[0][t.Relay.Require]) {
			lack = t.Absent[0][t.Relay.Require][i]
		}
		absent = append(absent, lack)
	}
	step.Inputs[t.Relay.Require] = sets
	out.Steps, out.Absent = []spec.Step{step}, []spec.Inputs{{t.Relay.Require: absent}}
	return &out
}

// returned reports whether all calls have returned that a set takes values from.
func (s *State) returned(set spec.Set) bool {
	for _, x := range set {
		d, deferred := x.(value.Deferred)
		if !deferred {
			continue
		}
		if _, known := s.Returns[resolver.NodeID(d.Node)]; !known {
			return false
		}
	}
	return true
}
