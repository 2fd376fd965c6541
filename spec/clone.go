package spec

import (
	"slices"

	"github.com/armonic/armonic/value"
)

// Clone copies the inputs with all they hold, so that neither holder can change
// what the other has.
func (in Inputs) Clone() Inputs {
	if in == nil {
		return nil
	}
	out := make(Inputs, len(in))
	for name, sets := range in {
		copied := make([]Set, len(sets))
		for i, s := range sets {
			copied[i] = Set(value.CloneTable(s))
			if copied[i] == nil {
				copied[i] = Set{}
			}
		}
		out[name] = copied
	}
	return out
}

// Clone copies the step and its inputs. What it requires is shared: nobody changes
// a declaration.
func (s Step) Clone() Step {
	s.Inputs = s.Inputs.Clone()
	return s
}

// Clone copies the fault with all it holds, and those before it.
func (f *Fault) Clone() *Fault {
	if f == nil {
		return nil
	}
	out := *f
	out.Step = f.Step.Clone()
	out.Did = slices.Clone(f.Did)
	out.Earlier = f.Earlier.Clone()
	return &out
}
