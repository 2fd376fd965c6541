package lifecycle

import (
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
)

// begin records that a step begins, first in the store.
func (e *Engine) begin(d Doing) error {
	if err := e.deps.Store.Begin(e.def.Name, d); err != nil {
		return &spec.Error{Kind: spec.KindOf(err), Op: d.Step.Name(), At: string(e.pathOf(d.Step)),
			Msg: fmt.Sprintf("it cannot be recorded, so nothing was done: %v", err), Err: err}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rec.Begin(d)
	return nil
}

// commit records an outcome, first in the store. If the store cannot keep it, it is true
// all the same: the engine has it, with a fault that says so, and commits it to the
// store before anything else is done. What is kept of the run is recorded with it, or not.
func (e *Engine) commit(o Outcome, kept *spec.RunRecord) error {
	var failed *spec.Error
	if err := e.end(o, kept); err != nil {
		failed = e.notCommitted(err, err.Error())
		e.deps.Logger.Error("cannot record a step", "lifecycle", e.def.Name, "error", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if failed == nil {
		e.apply(o)
		return nil
	}
	pending := o
	e.uncommitted = &pending
	if doing := e.rec.Doing; doing != nil && (o.Fault == nil || o.Fault.Step.Name() != doing.Step.Name()) {
		o.Fault = &spec.Fault{Step: doing.Step, At: e.deps.Clock(), By: doing.By, Err: failed, Earlier: o.Fault}
	}
	e.apply(o)
	return failed
}

func (e *Engine) end(o Outcome, kept *spec.RunRecord) error {
	if kept == nil {
		return e.deps.Store.End(e.def.Name, o)
	}
	both, ok := e.deps.Store.(RunEnder)
	if !ok {
		return spec.Errorf(spec.Internal, "the store keeps no runs")
	}
	return both.EndWithRun(e.def.Name, o, *kept)
}

// stackAfter is the stack as it will be after an outcome.
func (e *Engine) stackAfter(o Outcome) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	after := Record{Applied: slices.Clone(e.rec.Applied)}
	after.End(Outcome{Entered: o.Entered, Again: o.Again, Left: o.Left})
	return e.graph.names(e.stackOf(after))
}

// commitPending commits what the store could not keep before.
func (e *Engine) commitPending() error {
	e.mu.Lock()
	pending := e.uncommitted
	e.mu.Unlock()
	if pending == nil {
		return nil
	}
	if err := e.deps.Store.End(e.def.Name, *pending); err != nil {
		return e.notCommitted(err, fmt.Sprintf("so nothing else is done: %v", err))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.uncommitted, e.rec.Fault = nil, pending.Fault
	return nil
}

func (e *Engine) notCommitted(err error, msg string) *spec.Error {
	return &spec.Error{Kind: spec.KindOf(err), Op: "record what was done on " + e.def.Name, At: string(e.path()), Msg: msg, Hint: spec.HintOf(err), Err: err}
}

// apply changes the record, and what states were entered with. The lock is held.
func (e *Engine) apply(o Outcome) {
	e.rec.End(o)
	for _, entered := range []*spec.Applied{o.Entered, o.Again} {
		if entered == nil {
			continue
		}
		if s, ok := e.graph.state(entered.State); ok {
			e.enteredWith[s.Name] = modified(s.Requires, entered.Inputs)
		}
	}
}

func (e *Engine) fault() *spec.Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rec.Fault
}
