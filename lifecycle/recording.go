package lifecycle

import (
	"fmt"

	"github.com/armonic/armonic/spec"
)

// end records an outcome, in the store and here. What happened is true even if the
// store cannot keep it: then the record here has the outcome, and that as its fault,
// and it is recorded before anything else is done.
func (e *Engine) end(o Outcome) error {
	var unkept *spec.Error
	if err := e.store.End(e.def.Name, o); err != nil {
		unkept = &spec.Error{Kind: spec.KindOf(err), Op: "record what was done on " + e.def.Name, At: string(e.path()), Msg: err.Error(), Err: err}
		e.log.Error("cannot record a step", "lifecycle", e.def.Name, "error", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if unkept == nil {
		e.rec.End(o)
		return nil
	}
	owed := o
	e.owed = &owed
	if doing := e.rec.Doing; doing != nil && (o.Fault == nil || o.Fault.Step.Name() != doing.Step.Name()) {
		o.Fault = &spec.Fault{Step: doing.Step, At: e.clock(), By: doing.By, Err: unkept, Earlier: o.Fault}
	}
	e.rec.End(o)
	return unkept
}

// settle records what could not be recorded before.
func (e *Engine) settle() error {
	e.mu.Lock()
	owed := e.owed
	e.mu.Unlock()
	if owed == nil {
		return nil
	}
	if err := e.store.End(e.def.Name, *owed); err != nil {
		return &spec.Error{Kind: spec.KindOf(err), Op: "record what was done on " + e.def.Name, At: string(e.path()),
			Msg: fmt.Sprintf("so nothing else is done: %v", err), Hint: spec.HintOf(err), Err: err}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.owed, e.rec.Fault = nil, owed.Fault
	return nil
}

func (e *Engine) fault() *spec.Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rec.Fault
}
