package spec

import (
	"maps"
	"slices"
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
			copied[i] = Set(CloneTable(s))
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

// CloneTable copies a table of values with all it holds.
func CloneTable(t map[string]any) map[string]any {
	out := maps.Clone(t)
	for k, v := range out {
		out[k] = CloneValue(v)
	}
	return out
}

// CloneValue copies a value as modules exchange them: lists and tables with all
// they hold. Other values cannot be changed, and are given as they are.
func CloneValue(x any) any {
	switch y := x.(type) {
	case []any:
		out := make([]any, len(y))
		for i, v := range y {
			out[i] = CloneValue(v)
		}
		return out
	case map[string]any:
		return CloneTable(y)
	}
	return x
}
