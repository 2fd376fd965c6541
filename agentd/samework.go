package agentd

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
)

// sameAs reports whether a run asks for what a known one asked for.
func (s *Service) sameAs(old *run, r spec.Run) (bool, error) {
	if old.Steps != nil || old.digest == "" {
		return sameWork(old.Run, r), nil
	}
	text, err := content(r)
	if err != nil {
		return false, err
	}
	digest, err := s.runStore.Digest(text)
	return digest == old.digest, err
}

// sameWork reports whether two runs ask for the same work for the same deployment.
// Who asks does not matter, nor the form in which a value arrived: a number is the
// same as an int and as a float, a secret the same as its text.
func sameWork(a, b spec.Run) bool {
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

// content is all that sameWork compares, as a text that holds secrets.
func content(r spec.Run) (spec.Secret, error) {
	steps := make([]any, len(r.Steps))
	for i, step := range r.Steps {
		in := map[string]any{}
		for name, sets := range step.Inputs {
			list := make([]any, len(sets))
			for i, set := range sets {
				list[i] = canonical(map[string]any(set))
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

// canonical is a value without its form, as sameValue sees it.
func canonical(x any) any {
	switch y := plain(x).(type) {
	case []any:
		out := make([]any, len(y))
		for i, z := range y {
			out[i] = canonical(z)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, z := range y {
			out[k] = canonical(z)
		}
		return out
	case nil, bool, string, float64:
		return y
	default:
		return map[string]any{fmt.Sprintf("%T", y): fmt.Sprint(y)}
	}
}
