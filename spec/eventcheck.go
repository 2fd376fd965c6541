package spec

import "slices"

// EventCheck holds what an agent tells of a run against what can happen in it, so that
// nobody acts on the word of an agent that errs or lies. Make one with NewEventCheck.
type EventCheck struct {
	run     Run
	last    int  // number of the last event
	done    int  // steps that are done
	running bool // the step after these runs
	missed  bool // the agent said that events are missing
	failed  bool // a step failed
	ended   bool
}

// NewEventCheck checks the events of a run from its first one on.
func NewEventCheck(r Run) *EventCheck { return &EventCheck{run: r} }

// Last is the number of the event that was taken last, 0 before the first.
func (c *EventCheck) Last() int { return c.last }

// Take takes the next event. The error is Protocol if it cannot be told of the run at
// this point; then nothing is taken. Kinds that we do not know are taken, for a newer
// agent may tell more.
func (c *EventCheck) Take(ev Event) error {
	if why := c.wrong(ev); why != "" {
		return Errorf(Protocol, "the agent told of event %d (%s) of the run %s: %s", ev.Seq, ev.Kind, c.run.ID, why).
			WithHint("its agent is broken, or not the one that it says it is: what it did is not known; look at the host")
	}
	switch {
	case isGap(ev) && ev.Seq > c.last+1:
		c.missed = true
	case ev.Kind == EventStepStarted:
		c.running = true
	case ev.Kind == EventStepDone:
		c.running, c.done = false, c.done+1
	case ev.Kind == EventStepFailed:
		c.running, c.failed = false, true
	case ev.Kind == EventRunDone:
		c.ended = true
	}
	c.last = ev.Seq
	return nil
}

// isGap tells the line in which an agent says how many events are missing before it.
func isGap(ev Event) bool { return ev.Kind == EventLog && ev.Step == -1 }

// wrong says what is wrong with an event, "" if nothing.
func (c *EventCheck) wrong(ev Event) string {
	switch {
	case ev.Run != c.run.ID:
		return "it is of another run"
	case c.ended:
		return "the run has ended before"
	case ev.Seq <= c.last || ev.Seq > c.last+1 && !isGap(ev):
		return "it is not the next one"
	case ev.Step < -1 || ev.Step >= len(c.run.Steps):
		return "the run has no such step"
	case ev.Done < 0 || ev.Total < 0:
		return "its progress is negative"
	}
	switch ev.Kind {
	case EventQueued, EventStarted, EventRunDone:
		if ev.Step != -1 {
			return "it is about no step"
		}
	case EventStepStarted:
		if ev.Step != c.done || c.running || c.failed {
			return "this step is not the next one"
		}
	case EventStepDone, EventStepFailed, EventProgress, EventGuarded:
		if ev.Step != c.done || !c.running {
			return "this step does not run"
		}
	case EventLog:
		if ev.Step != -1 && (ev.Step != c.done || !c.running) {
			return "this step does not run"
		}
	}
	return c.wrongResult(ev)
}

// wrongResult says what is wrong with what an event says became of the host.
func (c *EventCheck) wrongResult(ev Event) string {
	after := func(steps int) bool { return slices.Equal(ev.Stack, StackAfter(c.run.From, c.run.Steps[:steps])) }
	switch {
	case ev.Kind == EventStepDone && !after(c.done+1):
		return "the step does not lead to this stack"
	case ev.Kind == EventStepFailed && ev.Err == nil:
		return "it does not say why"
	case ev.Kind == EventStepFailed && !after(c.done) && !after(c.done+1):
		return "the step does not lead to this stack"
	case ev.Kind == EventRunDone && ev.Err == nil && (c.running || c.failed || c.done < len(c.run.Steps) && !c.missed):
		return "not all of its steps are done"
	case ev.Kind == EventRunDone && ev.Err == nil && !after(len(c.run.Steps)):
		return "its steps do not lead to this stack"
	}
	return ""
}
