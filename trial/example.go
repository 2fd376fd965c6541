package trial

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// examples invents values for what a module asks.
type examples struct {
	given   int            // how many secrets
	secrets value.Redactor // knows them, to find them in what is said
}

// inputs answers requires as often as they must be given, and those that need not be
// given once.
func (e *examples) inputs(requires []spec.Require) (spec.Inputs, error) {
	out := spec.Inputs{}
	for _, r := range requires {
		sets := make([]spec.Set, max(1, r.Nargs.Norm().Min))
		for i := range sets {
			set := spec.Set{}
			for _, v := range r.Variables() {
				x, err := e.value(v)
				if err != nil {
					return nil, fmt.Errorf("%s of require %s: %w", v.Name, r.Name, err)
				}
				if x != nil {
					set[v.Name] = x
				}
			}
			sets[i] = set
		}
		out[r.Name] = sets
	}
	return out, nil
}

// others copies inputs with another value wherever one is known, and reports whether any is.
func (e *examples) others(requires []spec.Require, first spec.Inputs) (out spec.Inputs, differ bool) {
	out = first.Clone()
	for _, r := range requires {
		for _, set := range out[r.Name] {
			for _, v := range r.Variables() {
				if x, ok := e.other(v, set[v.Name]); ok {
					set[v.Name], differ = x, true
				}
			}
		}
	}
	return out, differ
}

// other is a value that a variable takes, and that is not the first; false if none is known.
func (e *examples) other(v spec.Variable, first any) (any, bool) {
	was, err := v.Convert(first)
	if first == nil || err != nil {
		return nil, false
	}
	for _, x := range append(slices.Clone(v.OneOf), append(alike(first), e.guesses(v)...)...) {
		if is, err := v.Convert(x); err != nil || value.Equal(was, is) {
			continue
		}
		if text, ok := x.(string); ok && v.Hidden() {
			e.given++
			e.secrets.Learn(value.Secret(text))
		}
		return x, true
	}
	return nil, false
}

// alike are values that look like one: another digit, another ending.
func alike(x any) []any {
	switch x := x.(type) {
	case bool:
		return []any{!x}
	case int:
		return []any{x + 1, x - 1}
	case int64:
		return []any{x + 1, x - 1}
	case float64:
		return []any{x + 1, x - 1}
	case string:
		if at := strings.LastIndexAny(x, "0123456789"); at >= 0 {
			digit := x[at] + 1
			if x[at] > '0' {
				digit = x[at] - 1
			}
			return []any{x[:at] + string(digit) + x[at+1:]}
		}
		return []any{strings.TrimRight(x, "/") + "2"}
	}
	return nil
}

// value is the default of a variable, or the first of some guesses that it takes.
func (e *examples) value(v spec.Variable) (any, error) {
	for _, x := range e.guesses(v) {
		if _, err := v.Convert(x); err == nil {
			if text, ok := x.(string); ok && v.Hidden() {
				e.given++
				e.secrets.Learn(value.Secret(text))
			}
			return x, nil
		}
	}
	if v.Optional {
		return nil, nil //nolint:nilnil // no value is a value here
	}
	return nil, spec.Errorf(spec.Invalid, "no example value is known").
		WithHint("give it a default, or say with one_of which values there are, and it can be tried")
}

func (e *examples) guesses(v spec.Variable) []any {
	var out []any
	if v.Hidden() {
		out = append(out, fmt.Sprintf("hidden-%d-from-all", e.given), fmt.Sprintf("Hidden%dFromAll", e.given), fmt.Sprintf("hidden%dfromall", e.given))
	} else if v.Default != nil {
		out = append(out, v.Default)
	}
	out = append(out, v.OneOf...)
	for _, limit := range []*float64{v.Min, v.Max} {
		if limit != nil {
			out = append(out, *limit)
		}
	}
	switch v.Type.Kind {
	case spec.KindInt, spec.KindFloat:
		return append(out, 1)
	case spec.KindPort:
		return append(out, 8080)
	case spec.KindBool, spec.KindFirstInstance:
		return append(out, true)
	case spec.KindHost, spec.KindThisHost:
		return append(out, "host1", "host1.example.org", "192.0.2.1")
	case spec.KindHostname:
		return append(out, "www.example.org", "www")
	case spec.KindHosts:
		return append(out, []any{"host1"})
	case spec.KindURL:
		return append(out, "http://host1.example.org/", "https://host1.example.org/")
	case spec.KindPath:
		return append(out, "/srv/example", "/srv/example/data")
	case spec.KindList:
		elem := spec.Variable{Type: spec.Type{Kind: spec.KindStr}}
		if v.Type.Elem != nil {
			elem = *v.Type.Elem
		}
		if x, err := e.value(elem); err == nil && x != nil {
			return append(out, []any{x})
		}
		return out
	case spec.KindStr, spec.KindPassword:
	}
	return append(out, "example", "example.org", "/srv/example", "Example1", "example@example.org", "1", "A", "10M", "192.0.2.1", "http://example.org/")
}
