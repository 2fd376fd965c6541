package agentd

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// How much is kept of what runs say. The steps, and how they ended, are always kept.
const (
	maxBytes     = 24 << 20 // in memory, of all runs: some 100,000 lines
	maxLines     = 200      // of a run that has ended and is not the last one, and in its record
	maxLinesText = 64 << 10 // bytes of these
	maxLine      = 16 << 10 // bytes of one line
)

// retention bounds the events that are kept in memory, of runs which are executed or
// ended lately. The service's lock guards it.
type retention struct {
	limit    int
	size     int    // bytes of the events of all runs
	complete []*run // ended runs of which every line is kept, oldest first
}

// add appends an event to a run. If there are too many then, those of runs that have
// ended are shortened first, for their followers have had the time to take them.
func (k *retention) add(r *run, ev spec.Event) {
	r.events = append(r.events, ev)
	r.size += sizeOf(ev)
	k.size += sizeOf(ev)
	for k.size > k.limit && len(k.complete) > 0 {
		k.replace(k.complete[0], withLastLines(k.complete[0].events))
		k.complete = slices.Delete(k.complete, 0, 1)
	}
	if k.size > k.limit && r.size > k.limit/2 {
		k.replace(r, withoutOldest(r.events, r.size-k.limit/4))
	}
	if ev.Kind == spec.EventRunDone {
		k.complete = append(k.complete, r)
	}
}

// replace replaces the events of a run.
func (k *retention) replace(r *run, events []spec.Event) {
	k.size -= r.size
	r.events, r.size = events, 0
	for _, ev := range events {
		r.size += sizeOf(ev)
	}
	k.size += r.size
}

// keepOnlyLast leaves only how a run ended.
func (k *retention) keepOnlyLast(r *run) {
	k.replace(r, slices.Clone(r.events[len(r.events)-1:]))
	k.complete = slices.DeleteFunc(k.complete, func(x *run) bool { return x == r })
}

// sizeOf is about how many bytes an event takes in memory.
func sizeOf(ev spec.Event) int { return 170 + len(ev.Text) }

// isLine reports whether an event may be dropped.
func isLine(ev spec.Event) bool {
	return (ev.Kind == spec.EventLog || ev.Kind == spec.EventProgress) && !isGapNotice(ev)
}

// withoutOldest drops the oldest lines until there are so many bytes less. The last
// event stays.
func withoutOldest(events []spec.Event, less int) []spec.Event {
	var out []spec.Event
	for i, ev := range events {
		if less > 0 && isLine(ev) && i < len(events)-1 {
			less -= sizeOf(ev)
			continue
		}
		out = append(out, ev)
	}
	return out
}

// withLastLines drops all lines but the last ones.
func withLastLines(events []spec.Event) []spec.Event {
	lines, bytes, from := 0, 0, len(events)
	for ; from > 0; from-- {
		ev := events[from-1]
		if !isLine(ev) {
			continue
		}
		lines++
		if bytes += len(ev.Text); lines > maxLines || bytes > maxLinesText {
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

// truncated is a line that is not too long.
func truncated(text string) string {
	if len(text) <= maxLine {
		return text
	}
	return strings.ToValidUTF8(text[:maxLine], "") + "… (cut off)"
}
