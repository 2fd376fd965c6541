package agentd

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// sameRun reports whether two runs ask for the same work for the same deployment.
// Who asks does not matter, nor the form in which a value arrived: a number is the
// same as an int and as a float, a secret the same as its text.
func sameRun(a, b spec.Run) bool {
	return a.ID == b.ID && a.Deployment == b.Deployment && a.Lifecycle == b.Lifecycle &&
		slices.Equal(a.From, b.From) && slices.EqualFunc(a.Steps, b.Steps, sameStep)
}

func sameStep(a, b spec.Step) bool {
	if a.Action != b.Action || a.State != b.State || a.Provide != b.Provide || len(a.Inputs) != len(b.Inputs) {
		return false
	}
	for name, sets := range a.Inputs {
		others, ok := b.Inputs[name]
		if !ok || !slices.EqualFunc(sets, others, func(x, y spec.Set) bool { return sameTable(x, y) }) {
			return false
		}
	}
	return true
}

func sameTable(a, b map[string]any) bool {
	for name, x := range a {
		if y, ok := b[name]; !ok || !sameValue(x, y) {
			return false
		}
	}
	return len(a) == len(b)
}

func sameValue(a, b any) bool {
	switch x := plain(a).(type) {
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, sameValue)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && sameTable(x, y)
	case nil, bool, string, float64, spec.Deferred:
		switch y := plain(b).(type) {
		case nil, bool, string, float64, spec.Deferred:
			return x == y
		}
	}
	return false
}

func plain(x any) any {
	switch y := x.(type) {
	case spec.Secret:
		return y.Reveal()
	case int:
		return float64(y)
	case int64:
		return float64(y)
	case uint64:
		return float64(y)
	}
	return x
}
