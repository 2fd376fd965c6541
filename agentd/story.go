package agentd

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Stories remembers runs beyond the life of a service, as durably as it can.
type Stories interface {
	// Stories lists the runs that have ended, the oldest first, and tells those that were
	// begun and have not.
	Stories() (ended []spec.Past, begun []spec.Story, err error)
	// Story tells all of a run; the error is NotFound for one that is not known.
	Story(id spec.RunID) (spec.Story, error)
	// Tell records a run as it is now, in the place of what was recorded before.
	Tell(s spec.Story) error
	// Digest identifies a secret without telling it.
	Digest(s spec.Secret) (string, error)
}

// forgetful remembers nothing.
type forgetful struct{}

func (forgetful) Stories() ([]spec.Past, []spec.Story, error) { return nil, nil, nil }
func (forgetful) Story(spec.RunID) (spec.Story, error) {
	return spec.Story{}, spec.Errorf(spec.NotFound, "nothing is remembered")
}
func (forgetful) Tell(spec.Story) error              { return nil }
func (forgetful) Digest(spec.Secret) (string, error) { return "", nil }

// Numbers of events are recorded in blocks (of this size at least) before anybody sees one, so that an agent
// that starts again goes on with a number that nobody has seen.
const seenBlock = 1000

// restore makes the runs of earlier processes known. One that had not ended was
// interrupted: it is never executed again.
func (s *Service) restore() error {
	ended, begun, err := s.stories.Stories()
	if err != nil {
		return err
	}
	for _, p := range ended {
		s.past[p.Run] = p.Digest
		s.bound(p.Run)
	}
	if len(ended) > spec.MaxStories {
		defer debug.FreeOSMemory() // an agent that is idle should not hold what was read of its past
	}
	for _, st := range begun {
		r := &run{digest: st.Digest, began: st.Began, seen: st.Seen, changed: make(chan struct{})}
		r.ID, r.Deployment, r.By, r.Lifecycle = st.Run, st.Deployment, st.By, st.Lifecycle
		s.memory.set(r, st.Events)
		s.runs[r.ID] = r
		lost := spec.Errorf(spec.Failed, "it was interrupted: the agent stopped while it was executed").
			WithHint("the stack of %s says what is applied and what the interrupted step had done; it can be retried or undone", st.Lifecycle)
		lost.Op = "execute the run " + string(st.Run)
		done := s.number(r, spec.Event{Kind: spec.EventRunDone, Step: -1, Err: lost})
		if r.seen >= done.Seq {
			done.Seq = r.seen + 1
			r.events = append(r.events, note(done, "the agent stopped here: what the step said last may be missing"))
		}
		if e, err := s.engine(st.Lifecycle); err == nil {
			done.Stack = e.Applied()
		}
		s.memory.set(r, append(r.events, done))
		if err := s.stories.Tell(r.story(r.events, done.Seq)); err != nil {
			return err
		}
		s.memory.set(r, visible(r.events)) // not before: what is recorded stays secret
		r.ended = true
		s.bound(r.ID)
	}
	return nil
}

// recall gives a run that ended in an earlier process, with what happened in it.
func (s *Service) recall(id spec.RunID) (*run, error) {
	st, err := s.stories.Story(id)
	if err != nil {
		return nil, err
	}
	r := &run{digest: st.Digest, began: st.Began, seen: st.Seen, ended: true, events: visible(st.Events)}
	r.ID, r.Deployment, r.By, r.Lifecycle = st.Run, st.Deployment, st.By, st.Lifecycle
	return r, nil
}

// visible are events as followers see them.
func visible(events []spec.Event) []spec.Event {
	out := slices.Clone(events)
	for i := range out {
		out[i].Returns = revealed(out[i].Returns)
	}
	return out
}

// begin records that a run is about to be executed, before anything of it is done.
func (s *Service) begin(r *run) error {
	text, err := content(r.Run)
	if err == nil {
		r.digest, err = s.stories.Digest(text)
	}
	if err == nil {
		err = s.record(r, nil)
	}
	if err != nil {
		return &spec.Error{Kind: spec.KindOf(err), Op: "start the run " + string(r.ID), Hint: spec.HintOf(err),
			Msg: "it cannot be recorded, so nothing was done: " + err.Error(), Err: err}
	}
	return nil
}

// say adds an event to a run that is executed. How a step and how the run ended is
// recorded before anybody sees it; if it cannot be, that is logged and the event is
// seen all the same, for it is true.
func (s *Service) say(r *run, ev spec.Event) {
	r.telling.Lock()
	defer r.telling.Unlock()
	s.mu.Lock()
	ev = s.number(r, ev)
	s.mu.Unlock()
	ends := ev.Kind == spec.EventStepDone || ev.Kind == spec.EventStepFailed || ev.Kind == spec.EventRunDone
	if ends || ev.Seq > r.seen {
		if err := s.record(r, &ev); err != nil {
			s.log.Error("cannot record a run", "run", r.ID, "error", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.show(r, ev)
}

// record tells the story of a run so far, with one event more that nobody has seen.
func (s *Service) record(r *run, more *spec.Event) error {
	s.mu.Lock()
	events := kept(r.events)
	s.mu.Unlock()
	if more != nil {
		events = append(events, *more)
	}
	seen := 0
	if n := len(events); n > 0 {
		seen = events[n-1].Seq + seenBlock + events[n-1].Seq/8 // a run that says much is not recorded all the time
	}
	for i, ev := range events {
		if ev.Step >= 0 && ev.Step < len(r.Steps) {
			events[i].Returns = s.hidden(r, r.Steps[ev.Step], ev.Returns)
		}
	}
	if err := s.stories.Tell(r.story(events, seen)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.seen = seen
	return nil
}

func (r *run) story(events []spec.Event, seen int) spec.Story {
	return spec.Story{Run: r.ID, Deployment: r.Deployment, By: r.By, Lifecycle: r.Lifecycle,
		Digest: r.digest, Began: r.began, Seen: seen, Events: events}
}

// number gives an event its place after the others of the run; the lock is held.
func (s *Service) number(r *run, ev spec.Event) spec.Event {
	ev.Run, ev.Seq, ev.At = r.ID, 1, s.clock()
	if n := len(r.events); n > 0 {
		ev.Seq = r.events[n-1].Seq + 1
	}
	return ev
}

// bound forgets what is too old when a run has ended; the lock is held.
func (s *Service) bound(id spec.RunID) {
	s.ended = append(s.ended, id)
	if n := len(s.ended) - spec.MaxStories; n > 0 {
		if r := s.runs[s.ended[n-1]]; r != nil {
			s.memory.forget(r)
		}
	}
	if n := len(s.ended) - spec.MaxRuns; n > 0 {
		for _, old := range s.ended[:n] {
			if r := s.runs[old]; r != nil {
				s.memory.set(r, nil)
			}
			delete(s.runs, old)
			delete(s.past, old)
		}
		s.ended = slices.Delete(s.ended, 0, n)
	}
}

// hidden turns what a provide declares as secret into secrets, for the record.
func (s *Service) hidden(r *run, step spec.Step, returns any) any {
	table, ok := returns.(map[string]any)
	e, err := s.engine(r.Lifecycle)
	if !ok || err != nil {
		return returns
	}
	out := spec.CloneTable(table)
	for _, p := range e.Provides() {
		if p.Path.State() != step.State || p.Path.Provide() != step.Provide {
			continue
		}
		for _, v := range p.Returns {
			if text, is := out[v.Name].(string); is && v.Hidden() {
				out[v.Name] = spec.Secret(text)
			}
		}
	}
	return out
}

// revealed undoes that.
func revealed(returns any) any {
	table, ok := returns.(map[string]any)
	if !ok {
		return returns
	}
	out := maps.Clone(table)
	for k, x := range out {
		if secret, is := x.(spec.Secret); is {
			out[k] = secret.Reveal()
		}
	}
	return out
}

// same reports whether a run asks for what a known one asked for.
func (s *Service) same(old *run, r spec.Run) (bool, error) {
	if old.Steps != nil || old.digest == "" {
		return sameRun(old.Run, r), nil
	}
	text, err := content(r)
	if err != nil {
		return false, err
	}
	digest, err := s.stories.Digest(text)
	return digest == old.digest, err
}

// content is all that sameRun compares, as a text that holds secrets.
func content(r spec.Run) (spec.Secret, error) {
	steps := make([]any, len(r.Steps))
	for i, step := range r.Steps {
		in := map[string]any{}
		for name, sets := range step.Inputs {
			list := make([]any, len(sets))
			for i, set := range sets {
				list[i] = bare(map[string]any(set))
			}
			in[name] = list
		}
		steps[i] = []any{step.Action, step.State, step.Provide, in}
	}
	text, err := json.Marshal([]any{r.ID, r.Deployment, r.Lifecycle, append([]string{}, r.From...), steps})
	if err != nil {
		return "", fmt.Errorf("cannot tell what the run %s asks: %w", r.ID, err)
	}
	return spec.Secret(text), nil
}

// bare is a value without its form, as sameValue sees it.
func bare(x any) any {
	switch y := plain(x).(type) {
	case []any:
		out := make([]any, len(y))
		for i, z := range y {
			out[i] = bare(z)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, z := range y {
			out[k] = bare(z)
		}
		return out
	case nil, bool, string, float64:
		return y
	default:
		return map[string]any{fmt.Sprintf("%T", y): fmt.Sprint(y)}
	}
}
