package lifecycle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// reader turns the inputs of one provide into typed, complete ones and collects
// everything that is wrong with them.
type reader struct {
	me       spec.Info
	at       spec.Path // of the provide
	deferred bool      // whether values may be given later
	problems []spec.Problem
}

// read gives every require of the provide its sets: converted, with defaults for
// what is not given. A require that is not given at all has as many sets of
// defaults as it must have. Deferred values stay as they are.
func (r *reader) read(requires []spec.Require, in spec.Inputs) spec.Inputs {
	out := spec.Inputs{}
	names := make([]string, len(requires))
	for i, req := range requires {
		names[i] = req.Name
		at := r.at.Join(req.Name)
		sets := in[req.Name]
		nargs := req.Nargs.Norm()
		if len(sets) == 0 {
			sets = make([]spec.Set, nargs.Min)
		} else if err := nargs.Check(len(sets)); err != nil {
			r.wrong(at, "%s %v", req.Name, err)
		}
		out[req.Name] = make([]spec.Set, len(sets))
		for i, set := range sets {
			out[req.Name][i] = r.readSet(r.at.Join(spec.Indexed(req.Name, i)), req, set)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if !slices.Contains(names, name) {
			r.unknown(r.at.Join(name), fmt.Sprintf("%s.%s has no require %s", r.at.State(), r.at.Provide(), name), names)
		}
	}
	return out
}

func (r *reader) readSet(at spec.Path, req spec.Require, set spec.Set) spec.Set {
	out := spec.Set{}
	vars := req.Variables()
	var names []string
	for _, v := range vars {
		names = append(names, v.Name)
		x, given := set[v.Name]
		if !given || x == nil && v.Type.Filled() {
			x = r.unset(v) // what is given as nothing is nothing, not the default
		}
		if value.IsDeferred(x) {
			if !r.deferred {
				r.wrong(at.Join(v.Name), "%s is not known yet", v.Name)
			}
			out[v.Name] = x
			continue
		}
		y, err := v.Convert(x)
		if err != nil {
			r.wrong(at.Join(v.Name), "%v", err)
			continue
		}
		out[v.Name] = y
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !slices.Contains(names, name) {
			r.unknown(at.Join(name), fmt.Sprintf("%s has no variable %s", req.Name, name), names)
		}
	}
	return out
}

// unset is the value of a variable that nobody gave: its default, or what
// Armonic knows of the host.
func (r *reader) unset(v spec.Variable) any {
	if v.Default != nil {
		return v.Default
	}
	if v.Generate > 0 {
		return v.Random()
	}
	switch v.Type.Kind {
	case spec.KindThisHost:
		return string(r.me.Host)
	case spec.KindHosts:
		return []any{string(r.me.Host)}
	case spec.KindFirstInstance:
		return true
	}
	return nil
}

func (r *reader) wrong(at spec.Path, format string, args ...any) {
	r.problems = append(r.problems, spec.Problem{Path: at, Msg: fmt.Sprintf(format, args...)})
}

func (r *reader) unknown(at spec.Path, msg string, names []string) {
	p := spec.Problem{Path: at, Msg: msg}
	if len(names) > 0 {
		p.Hint = "it has " + strings.Join(names, ", ")
	}
	r.problems = append(r.problems, p)
}
