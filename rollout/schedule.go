package rollout

import (
	"slices"
	"time"
)

// next chooses what is to be started now: of each host that is free the ready task with
// the longest way behind it. If nothing is but something will be, later is when.
func (s *State) next(now time.Time) (tasks []*task, later time.Time) {
	if s.Stopped {
		return nil, later
	}
	for h, ready := range s.ready {
		if s.busy[h] > 0 {
			continue
		}
		var best *task
		for _, t := range ready {
			open, at := s.open(t, now)
			switch {
			case open && (best == nil || t.way > best.way):
				best = t
			case !open && !at.IsZero() && (later.IsZero() || at.Before(later)):
				later = at
			}
		}
		if best != nil {
			tasks = append(tasks, best)
		}
	}
	slices.SortFunc(tasks, func(a, b *task) int { return a.at - b.at })
	return tasks, later
}

// over reports whether nothing runs and nothing can go on by itself.
func (s *State) over(now time.Time) bool {
	if s.running > 0 {
		return false
	}
	tasks, later := s.next(now)
	return len(tasks) == 0 && later.IsZero()
}

// done is how many steps are, from the first one on.
func (t *task) done() int {
	n := 0
	for n < len(t.steps) && t.steps[n].Status == Done {
		n++
	}
	return n
}

// unknownStep is how long a step is taken to last of which there is no history.
const unknownStep = time.Second

// known reports whether it is known how long each step usually takes that is not done.
func (t *task) known() bool {
	for i := range t.Steps {
		if t.steps[i].Status != Done && (i >= len(t.Usual) || t.Usual[i] == 0) {
			return false
		}
	}
	return true
}

// usual is how long the task will take, about, from the step that it goes on with.
func (t *task) usual() time.Duration {
	var d time.Duration
	for i := range t.Steps {
		switch {
		case i < len(t.steps) && t.steps[i].Status == Done:
		case i < len(t.Usual) && t.Usual[i] > 0:
			d += t.Usual[i]
		default:
			d += unknownStep
		}
	}
	return d
}
