package rollout

import (
	"cmp"
	"strings"
	"time"

	"github.com/armonic/armonic/resolver"
)

// batches are the Batches of a require while they are carried out.
type batches struct {
	resolver.Batches
	tasks [][]*task // batch by batch: those of the nodes, and of all below them
	begun int       // the last batch of which a task was handed over
}

// inBatch says that a task belongs to a batch.
type inBatch struct {
	of    *batches
	batch int
}

func (s *State) addBatches(all []resolver.Batches) {
	for _, b := range all {
		x := &batches{Batches: b, tasks: make([][]*task, len(b.Of))}
		at := map[resolver.NodeID]int{}
		for i, nodes := range b.Of {
			for _, n := range nodes {
				at[n] = i
			}
		}
		for _, t := range s.tasks {
			if t.status == Dropped || t.rollback {
				continue
			}
			if i, ok := batchOf(at, cmp.Or(t.Checks, t.Node)); ok {
				x.tasks[i] = append(x.tasks[i], t)
				t.in = append(t.in, inBatch{x, i})
			}
		}
		s.batches = append(s.batches, x)
	}
}

// batchOf finds the batch of a node: its own, or that of a node above it.
func batchOf(at map[resolver.NodeID]int, id resolver.NodeID) (int, bool) {
	for {
		if i, ok := at[id]; ok {
			return i, true
		}
		up := strings.LastIndexByte(string(id), '/')
		if up < 0 {
			return 0, false
		}
		id = id[:up]
	}
}

// open reports whether the batches that a task belongs to may run; if not yet, at is when,
// the zero time if that depends on what runs or on somebody.
func (s *State) open(t *task, now time.Time) (open bool, at time.Time) {
	for _, in := range t.in {
		if last, at := in.of.reached(now); in.batch > last {
			return false, at
		}
	}
	return true, at
}

// reached is the last batch that may run: what was begun, and those after it as long as all
// before them are done. At is when the pause before the next one is over, if that is what it
// waits for.
func (b *batches) reached(now time.Time) (batch int, at time.Time) {
	for batch = b.begun; batch < len(b.tasks)-1; batch++ {
		var last time.Time
		for _, t := range b.tasks[batch] {
			if t.status == Running || t.status == Waiting && t.bad == 0 {
				return batch, time.Time{}
			}
			if t.ended.After(last) {
				last = t.ended
			}
		}
		if b.failed(batch) > b.How.MaxFail {
			return batch, time.Time{}
		}
		if at = last.Add(b.How.Pause); b.How.Pause > 0 && now.Before(at) {
			return batch, at
		}
	}
	return batch, time.Time{}
}

// failed counts the nodes of the batches up to one of which something failed or is held.
func (b *batches) failed(batch int) int {
	bad := map[resolver.NodeID]bool{}
	at := map[resolver.NodeID]int{}
	for i, nodes := range b.Of {
		for _, n := range nodes {
			at[n] = i
		}
	}
	for i := range batch + 1 {
		for _, t := range b.tasks[i] {
			if t.held() {
				bad[instanceOf(at, cmp.Or(t.Checks, t.Node))] = true
			}
		}
	}
	return len(bad)
}

// instanceOf is the node of a batch that a node is, or is below of.
func instanceOf(at map[resolver.NodeID]int, id resolver.NodeID) resolver.NodeID {
	for n := id; ; {
		if _, ok := at[n]; ok {
			return n
		}
		up := strings.LastIndexByte(string(n), '/')
		if up < 0 {
			return id
		}
		n = n[:up]
	}
}

// blocked says why a task does not begin although all that it needs is done: too many failed
// in the batches before its own; "" if that is not so.
func (t *task) blocked() *batches {
	for _, in := range t.in {
		if last, _ := in.of.reached(time.Time{}); in.batch > last && in.of.failed(last) > in.of.How.MaxFail {
			return in.of
		}
	}
	return nil
}
