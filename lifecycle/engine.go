package lifecycle

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
)

// Engine applies one lifecycle to one host. Its methods may be used by many at
// once; only one step is done at a time, and no lock is held while code of a
// module runs.
type Engine struct {
	def   *Lifecycle
	graph *graph
	deps  Deps

	mu          sync.Mutex
	rec         Record
	enteredWith map[string]spec.Inputs // by state, as its module sees them; also of states that were left
	busy        bool
	uncommitted *Outcome // of a step that was done and could not be recorded
}

// Deps is what an engine needs from outside.
type Deps struct {
	Store  Store
	Me     spec.Info        // the host, as modules see it; its OS decides which transitions count
	Clock  func() time.Time // nil is time.Now
	Later  func(fn func())  // calls fn after the time that lines of a log may wait to be recorded; nil records them at once
	Limit  time.Duration    // how long a step may take, 0 for ever
	Logger *slog.Logger     // for what is wrong and stops nobody; nil discards
	Kept   *Kept            // of all engines of an agent; nil is one of this engine
}

// New makes an engine for a definition and loads what the store knows of it. A
// step that was interrupted becomes the fault of the record. The error is Invalid
// for a wrong definition, Conflict for a record that does not fit it.
func New(l *Lifecycle, d Deps) (*Engine, error) {
	if err := errors.Join(l.check().errs...); err != nil {
		return nil, err
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	d.Kept = cmp.Or(d.Kept, &Kept{})
	d.Logger = cmp.Or(d.Logger, slog.New(slog.DiscardHandler))
	e := &Engine{def: l, graph: newGraph(l, d.Me.OS), deps: d, enteredWith: map[string]spec.Inputs{}}
	var err error
	if e.rec, err = d.Store.Load(l.Name); err != nil {
		return nil, &spec.Error{Kind: spec.KindOf(err), Op: "load " + l.Name, Msg: err.Error(), Err: err}
	}
	for _, a := range e.rec.Applied {
		s, ok := e.graph.state(a.State)
		if !ok {
			return nil, spec.Errorf(spec.Conflict, "%s.%s is applied, but %s has no such state", l.Name, a.State, l.Name).
				WithHint("bring back the module that has it, leave the state, and replace the module then")
		}
		e.enteredWith[s.Name] = e.recorded(s, a.Inputs)
	}
	if err := e.endInterrupted(); err != nil {
		return nil, err
	}
	return e, nil
}

// endInterrupted makes a fault of a step that was interrupted, once what it changed has been
// looked at.
func (e *Engine) endInterrupted() error {
	doing := e.rec.Doing
	if doing == nil {
		return nil
	}
	s, _ := e.graph.state(doing.Step.State)
	guarded := e.isGuarded(doing.Step) || s != nil && s.Guarded > 0 && doing.Step.Action == spec.Enter && !e.deps.Me.Simulated
	found, lines := e.lookAtBegun()
	did := last(slices.Concat(doing.Did, lines), MaxLogLines)
	fault := &spec.Fault{Step: doing.Step, At: doing.At, By: doing.By, Did: did, Guarded: guarded, Earlier: unrepaired(e.rec.Fault, doing.Step, true),
		Err: &spec.Error{Kind: spec.Failed, Op: doing.Step.Name(), At: string(e.path(doing.Step.State)), Msg: interrupted(did)}}
	return e.commit(Outcome{Fault: fault, Effects: found}, nil)
}

// Name is the lifecycle's.
func (e *Engine) Name() string { return e.def.Name }

// Definition is what the engine applies. It must not be changed.
func (e *Engine) Definition() *Lifecycle { return e.def }

// Applied names the states of the stack, bottom first.
func (e *Engine) Applied() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.graph.names(e.stack())
}

// Stack is a copy of what is applied, with the history of calls.
func (e *Engine) Stack() spec.Stack {
	e.mu.Lock()
	rec := e.rec.Clone()
	e.mu.Unlock()
	s := spec.Stack{
		Path:        e.path(),
		Doc:         e.def.Doc,
		States:      e.graph.allNames(),
		Transitions: slices.Clone(e.graph.edges),
		Applied:     rec.Applied,
		Calls:       rec.Calls,
		Fault:       rec.Fault,
		Simulated:   e.Simulated(),
	}
	if initial := e.graph.states[e.graph.initial].Name; len(s.Applied) == 0 || s.Applied[0].State != initial {
		s.Applied = append([]spec.Applied{{State: initial}}, s.Applied...)
	}
	if rec.Doing != nil {
		s.Doing, s.DoingBy = &rec.Doing.Step, rec.Doing.By
	}
	return s
}

func (e *Engine) path(names ...string) spec.Path {
	return spec.MakePath(e.deps.Me.Host, append([]string{e.def.Name}, names...)...)
}

// stack is the current one; the lock is held.
func (e *Engine) stack() []int { return e.stackOf(e.rec) }

func (e *Engine) stackOf(r Record) []int {
	out := []int{e.graph.initial}
	for _, a := range r.Applied {
		if s := e.graph.index[a.State]; s != e.graph.initial {
			out = append(out, s)
		}
	}
	return out
}

// pathOf is the most exact path of a step that exists.
func (e *Engine) pathOf(step spec.Step) spec.Path {
	s, ok := e.graph.state(step.State)
	if !ok {
		return e.path()
	}
	if _, ok := s.provide(step.Provide); ok {
		return e.path(step.State, step.Provide)
	}
	return e.path(step.State)
}

// entered copies what a state of the stack was entered with, as its module sees it.
func (e *Engine) entered(state string) (spec.Inputs, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range e.rec.Applied {
		if a.State == state {
			return e.enteredWith[state].Clone(), true
		}
	}
	return spec.Inputs{}, state == e.graph.states[e.graph.initial].Name
}

// recorded gives inputs from the store as the state's module sees them: with types, which
// a store need not keep, and with defaults for what was declared since.
func (e *Engine) recorded(s *State, in spec.Inputs) spec.Inputs {
	r := reader{me: e.deps.Me, at: e.path(s.Name, string(spec.Enter))}
	return modified(s.Requires, r.read(s.Requires, in))
}

// newCall makes what a function is given outside of a step.
func (e *Engine) newCall() *Call {
	return &Call{Me: e.deps.Me, Inputs: spec.Inputs{}, Entered: e.entered, Log: func(spec.Level, string) {},
		Note: func(string) error { return nil }, Effects: NoEffects{}, Progress: func(int, int) {}, Kept: e.deps.Kept}
}
