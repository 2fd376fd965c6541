package rollout

import "slices"

// queue is what a host has to do next. It follows from the tasks, and is kept up to date by set.
type queue struct {
	running int
	ready   []*task // what waits for nothing but the host
	soon    []*task // what waits for nothing but tasks that run or are ready
}

// place is where a task is in the queue of its host.
type place int

const (
	nowhere place = iota // it waits, or is done or given up
	soon
	ready
	running
)

func (s *State) add(tasks []PlannedTask, rollback bool) {
	first := len(s.tasks)
	s.tasks, s.whole.Tasks = slices.Grow(s.tasks, len(tasks)), slices.Grow(s.whole.Tasks, len(tasks))
	for i := range tasks {
		p := &tasks[i]
		t := &task{PlannedTask: p, status: Waiting, steps: make([]StepState, len(p.Steps)), stack: p.From, rollback: rollback}
		for i := range t.steps {
			t.steps[i].Status = Waiting
		}
		for _, id := range p.After {
			before := s.byID[id]
			if before == nil {
				continue
			}
			t.before, before.dependents = append(t.before, before), append(before.dependents, t)
			if !before.status.met() {
				t.unmet++
			}
			if before.held() {
				t.bad++
			}
			if before.place >= ready {
				t.under++
			}
		}
		t.at = len(s.tasks)
		s.tasks = append(s.tasks, t)
		s.whole.Tasks = append(s.whole.Tasks, t.Task)
		s.byID[t.ID] = t
		if s.on[t.Host] == nil {
			s.on[t.Host] = &queue{}
		}
	}
	for i := len(s.tasks) - 1; i >= first; i-- { // those that depend on it come after it
		t := s.tasks[i]
		for _, d := range t.dependents {
			t.way = max(t.way, d.way)
		}
		t.way += t.usual()
	}
	for _, t := range s.tasks[first:] {
		s.enqueue(t)
	}
}

// held reports whether a task keeps those from going on that need it, until somebody
// decides.
func (t *task) held() bool { return t.status.failing() || t.status == Waiting && t.bad > 0 }

// set changes the status of a task, and with it what can be started.
func (s *State) set(t *task, status TaskStatus) {
	was, wasHeld := t.status, t.held()
	t.status, t.view = status, nil
	if was.met() != status.met() {
		for _, d := range t.dependents {
			if status.met() {
				d.unmet--
			} else {
				d.unmet++
			}
		}
	}
	s.enqueue(t)
	if was.met() != status.met() {
		for _, d := range t.dependents {
			s.enqueue(d)
		}
	}
	s.hold(t, wasHeld)
}

// enqueue moves a task to where it belongs in the queue of its host, and then those that depend on it.
func (s *State) enqueue(t *task) {
	was, is := t.place, nowhere
	switch {
	case t.status == Running:
		is = running
	case t.status == Waiting && t.unmet == 0:
		is = ready
	case t.status == Waiting && t.unmet == t.under:
		is = soon
	}
	if was == is {
		return
	}
	t.place = is
	q := s.on[t.Host]
	if list := q.list(was); list != nil {
		*list = slices.DeleteFunc(*list, func(x *task) bool { return x == t })
	}
	if list := q.list(is); list != nil {
		*list = append(*list, t)
	}
	by := map[bool]int{true: 1}
	q.running += by[is == running] - by[was == running]
	s.running += by[is == running] - by[was == running]
	if (was >= ready) == (is >= ready) {
		return
	}
	for _, d := range t.dependents {
		d.under += by[is >= ready] - by[was >= ready]
		s.enqueue(d)
	}
}

// list is where tasks of a place are, nil if nowhere.
func (q *queue) list(p place) *[]*task {
	switch p {
	case ready:
		return &q.ready
	case soon:
		return &q.soon
	case nowhere, running:
	}
	return nil
}

// hold tells those that depend on a task whether it is held, if that has changed.
func (s *State) hold(t *task, was bool) {
	is := t.held()
	if is == was {
		return
	}
	for _, d := range t.dependents {
		dWas := d.held()
		d.view = nil
		if is {
			d.bad++
		} else {
			d.bad--
		}
		s.hold(d, dWas)
	}
}
