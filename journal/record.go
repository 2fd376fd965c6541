package journal

import (
	"encoding/json"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
)

// head is what is kept of a lifecycle, but for the calls.
type head struct {
	Applied []applied `json:"applied,omitempty"`
	Doing   *doing    `json:"doing,omitempty"`
	Fault   *fault    `json:"fault,omitempty"`
	Calls   span      `json:"calls"`
}

type applied struct {
	State  string          `json:"state"`
	At     time.Time       `json:"at"`
	By     spec.RunID      `json:"by,omitempty"`
	Inputs json.RawMessage `json:"inputs,omitempty"`
}

type step struct {
	Action  spec.Action     `json:"action"`
	State   string          `json:"state"`
	Provide string          `json:"provide,omitempty"`
	Inputs  json.RawMessage `json:"inputs,omitempty"`
}

type doing struct {
	Step step       `json:"step"`
	By   spec.RunID `json:"by,omitempty"`
	Who  string     `json:"who,omitempty"`
	At   time.Time  `json:"at"`
	Did  []string   `json:"did,omitempty"`
}

type fault struct {
	Step step        `json:"step"`
	At   time.Time   `json:"at"`
	By   spec.RunID  `json:"by,omitempty"`
	Did  []string    `json:"did,omitempty"`
	Err  *spec.Error `json:"error,omitempty"`

	Earlier *fault `json:"earlier,omitempty"`
}

type called struct {
	State   string          `json:"state"`
	Provide string          `json:"provide"`
	At      time.Time       `json:"at"`
	Took    time.Duration   `json:"took"`
	By      spec.RunID      `json:"by,omitempty"`
	Who     string          `json:"who,omitempty"`
	Inputs  json.RawMessage `json:"inputs,omitempty"`
	Returns json.RawMessage `json:"returns,omitempty"`
	Err     *spec.Error     `json:"error,omitempty"`
}

func newApplied(k seal.KeyFile, a spec.Applied) (applied, error) {
	in, err := sealing(k).inputs(a.Inputs)
	return applied{State: a.State, At: a.At, By: a.By, Inputs: in}, err
}

// newStep leaves out what the step asked: the definition knows that.
func newStep(k seal.KeyFile, s spec.Step) (step, error) {
	in, err := sealing(k).inputs(s.Inputs)
	return step{Action: s.Action, State: s.State, Provide: s.Provide, Inputs: in}, err
}

func newDoing(k seal.KeyFile, d lifecycle.Doing, hide redactor) (*doing, error) {
	s, err := newStep(k, d.Step)
	return &doing{Step: s, By: d.By, Who: d.Who, At: d.At, Did: hide.from(d.Did)}, err
}

func newFault(k seal.KeyFile, f *spec.Fault, hide redactor) (*fault, error) {
	if f == nil {
		return nil, nil
	}
	s, err := newStep(k, f.Step)
	if err != nil {
		return nil, err
	}
	earlier, err := newFault(k, f.Earlier, hide)
	return &fault{Step: s, At: f.At, By: f.By, Did: hide.from(f.Did), Err: hide.fromError(f.Err), Earlier: earlier}, err
}

func newCalled(k seal.KeyFile, c spec.Called, hide redactor) (called, error) {
	out := called{State: c.State, Provide: c.Provide, At: c.At, Took: c.Took, By: c.By, Who: c.Who, Err: hide.fromError(c.Err)}
	var err error
	if out.Inputs, err = digesting(k).inputs(c.Inputs); err != nil {
		return out, err
	}
	out.Returns, err = digesting(k).raw(c.Returns)
	return out, err
}

// record is the head as engines know it, without calls.
func (h head) record(k seal.KeyFile) (lifecycle.Record, error) {
	var out lifecycle.Record
	d := decoder{k.Open}
	for _, a := range h.Applied {
		in, err := d.inputs(a.Inputs)
		if err != nil {
			return out, err
		}
		out.Applied = append(out.Applied, spec.Applied{State: a.State, At: a.At, By: a.By, Inputs: in})
	}
	if h.Doing != nil {
		s, err := h.Doing.Step.step(d)
		if err != nil {
			return out, err
		}
		out.Doing = &lifecycle.Doing{Step: s, By: h.Doing.By, Who: h.Doing.Who, At: h.Doing.At, Did: h.Doing.Did}
	}
	var err error
	out.Fault, err = h.Fault.fault(d)
	return out, err
}

func (f *fault) fault(d decoder) (*spec.Fault, error) {
	if f == nil {
		return nil, nil
	}
	s, err := f.Step.step(d)
	if err != nil {
		return nil, err
	}
	earlier, err := f.Earlier.fault(d)
	return &spec.Fault{Step: s, At: f.At, By: f.By, Did: f.Did, Err: f.Err, Earlier: earlier}, err
}

func (s step) step(d decoder) (spec.Step, error) {
	in, err := d.inputs(s.Inputs)
	return spec.Step{Action: s.Action, State: s.State, Provide: s.Provide, Inputs: in}, err
}

func (c called) called(k seal.KeyFile) (spec.Called, error) {
	d := decoder{k.Open}
	out := spec.Called{State: c.State, Provide: c.Provide, At: c.At, Took: c.Took, By: c.By, Who: c.Who, Err: c.Err}
	var err error
	if out.Inputs, err = d.inputs(c.Inputs); err != nil {
		return out, err
	}
	out.Returns, err = d.raw(c.Returns)
	return out, err
}
