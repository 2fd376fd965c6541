package rollout

import (
	"cmp"
	"slices"
	"time"
)

// next chooses what is to be started now: of each host that is free the ready task with
// the longest way behind it, unless the host is better kept free for another. Later is when
// there is more to start, if that is known.
func (s *State) next(now time.Time) (tasks []*task, later time.Time) {
	if s.Stopped || s.withheld() {
		return nil, later
	}
	wake := func(at time.Time) {
		if !at.IsZero() && (later.IsZero() || at.Before(later)) {
			later = at
		}
	}
	var free [][]*task // hosts, and what is ready on them, the longest way first
	for _, q := range s.on {
		if q.running > 0 || len(q.ready) == 0 {
			continue
		}
		var all []*task
		for _, t := range q.ready {
			open, at := s.open(t, now)
			if wake(at); open {
				all = append(all, t)
			}
		}
		if len(all) > 0 {
			slices.SortFunc(all, longestFirst)
			free = append(free, all)
		}
	}
	started := map[*task]bool{}
	slices.SortFunc(free, func(a, b []*task) int { return longestFirst(a[0], b[0]) })
	for _, all := range free {
		for _, t := range all {
			at := s.yields(t, started, now)
			if wake(at); at.IsZero() {
				tasks, started[t] = append(tasks, t), true
				break
			}
		}
	}
	slices.SortFunc(tasks, func(a, b *task) int { return a.at - b.at })
	return tasks, later
}

func longestFirst(a, b *task) int { return cmp.Or(cmp.Compare(b.way, a.way), a.at-b.at) }

// yields says until when a task that is ready is better not started: one with a longer way behind
// it is about to be ready, and would have to wait. It is the zero time if the task is to be started.
// Others are started now as well.
func (s *State) yields(t *task, started map[*task]bool, now time.Time) (until time.Time) {
	if !t.known() {
		return until
	}
	takes := t.usual()
	for _, u := range s.on[t.Host].soon {
		if open, _ := s.open(u, now); u.way <= t.way || !u.known() || !open {
			continue
		}
		at := u.due(started, now)
		idle := at.Sub(now)
		waits, starts := idle+max(u.way, u.usual()+t.way), max(t.way, takes+u.way)
		if idle > 0 && waits < starts && (until.IsZero() || at.Before(until)) {
			until = at
		}
	}
	return until
}

// due is when a task is taken to be ready that waits for nothing but tasks that run or are to be
// started now; the zero time if that is not known. What takes longer is not waited for.
func (t *task) due(started map[*task]bool, now time.Time) (at time.Time) {
	for _, b := range t.before {
		var end time.Time
		switch {
		case b.status.met():
			continue
		case b.status == Running:
			end = b.until
		case started[b]:
			end = b.end(now)
		}
		if end.IsZero() {
			return end
		}
		if end.After(at) {
			at = end
		}
	}
	return at
}

// end is when a task that begins is done if it takes a quarter longer than usual; the zero time
// if that is not known.
func (t *task) end(begins time.Time) time.Time {
	if !t.known() {
		return time.Time{}
	}
	return begins.Add(t.usual() * 5 / 4)
}

// over reports whether nothing runs and nothing can go on by itself.
func (s *State) over(now time.Time) bool {
	if s.running > 0 || !s.Stopped && s.Awaits() != nil {
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
