package agentd

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// How much is kept of what runs say. The steps, and how they ended, are always kept.
const (
	keptBytes = 24 << 20 // in memory, of all runs: some 100,000 lines
	keptLines = 200      // of a run that is not the last one, and in its story
	keptText  = 64 << 10 // bytes of these
	longest   = 16 << 10 // bytes of one line
)

// memory bounds the events that are kept of runs which are executed or ended lately.
// The service's lock guards it.
type memory struct {
	limit  int
	weight int    // of the events of all runs
	whole  []*run // ended runs of which every line is kept, oldest first
}

// add appends an event to a run. If there are too many then, those of runs that have
// ended are shortened first, for their followers have had the time to take them.
func (m *memory) add(r *run, ev spec.Event) {
	r.events = append(r.events, ev)
	r.weight += weigh(ev)
	m.weight += weigh(ev)
	for m.weight > m.limit && len(m.whole) > 0 {
		m.set(m.whole[0], kept(m.whole[0].events))
		m.whole = slices.Delete(m.whole, 0, 1)
	}
	if m.weight > m.limit && r.weight > m.limit/2 {
		m.set(r, lighter(r.events, r.weight-m.limit/4))
	}
	if ev.Kind == spec.EventRunDone {
		m.whole = append(m.whole, r)
	}
}

// set replaces the events of a run.
func (m *memory) set(r *run, events []spec.Event) {
	m.weight -= r.weight
	r.events, r.weight = events, 0
	for _, ev := range events {
		r.weight += weigh(ev)
	}
	m.weight += r.weight
}

// forget leaves only how a run ended.
func (m *memory) forget(r *run) {
	m.set(r, slices.Clone(r.events[len(r.events)-1:]))
	m.whole = slices.DeleteFunc(m.whole, func(x *run) bool { return x == r })
}

// weigh is about what an event takes in memory.
func weigh(ev spec.Event) int { return 170 + len(ev.Text) }

// isLine tells what may be dropped.
func isLine(ev spec.Event) bool {
	return (ev.Kind == spec.EventLog || ev.Kind == spec.EventProgress) && !isNote(ev)
}

// lighter drops the oldest lines until they weigh so much less. The last event stays.
func lighter(events []spec.Event, less int) []spec.Event {
	var out []spec.Event
	for i, ev := range events {
		if less > 0 && isLine(ev) && i < len(events)-1 {
			less -= weigh(ev)
			continue
		}
		out = append(out, ev)
	}
	return out
}

// kept leaves out all but the last lines.
func kept(events []spec.Event) []spec.Event {
	lines, bytes, from := 0, 0, len(events)
	for ; from > 0; from-- {
		ev := events[from-1]
		if !isLine(ev) {
			continue
		}
		lines++
		if bytes += len(ev.Text); lines > keptLines || bytes > keptText {
			break
		}
	}
	var out []spec.Event
	for i, ev := range events {
		if i >= from || !isLine(ev) {
			out = append(out, ev)
		}
	}
	return out
}

// shortened is a line that is not too long.
func shortened(text string) string {
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "… (cut off)"
}
