package lifecycle

import "github.com/armonic/armonic/spec"

// What a module is given or gives is copied, so that it cannot change what is
// recorded, nor one call see the values of another.

func cloneInputs(in spec.Inputs) spec.Inputs {
	if in == nil {
		return nil
	}
	out := make(spec.Inputs, len(in))
	for name, sets := range in {
		copied := make([]spec.Set, len(sets))
		for i, s := range sets {
			copied[i] = cloneSet(s)
		}
		out[name] = copied
	}
	return out
}

func cloneSet(s spec.Set) spec.Set {
	out := make(spec.Set, len(s))
	for k, v := range s {
		out[k] = cloneValue(v)
	}
	return out
}

func cloneStep(s spec.Step) spec.Step {
	s.Inputs = cloneInputs(s.Inputs)
	return s
}

func cloneValue(x any) any {
	switch y := x.(type) {
	case []any:
		out := make([]any, len(y))
		for i, v := range y {
			out[i] = cloneValue(v)
		}
		return out
	case map[string]any:
		return cloneTable(y)
	}
	return x
}

func cloneTable(t map[string]any) map[string]any {
	if t == nil {
		return nil
	}
	out := make(map[string]any, len(t))
	for k, v := range t {
		out[k] = cloneValue(v)
	}
	return out
}
