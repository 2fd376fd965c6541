package form

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/wire"
)

// moreSets is how many sets of a require are asked for besides those that it must
// have; mostQuestions is how many fields a form may have.
const (
	moreSets      = 3
	mostQuestions = 500
)

// Questions are what a route asks, in the order of its steps. Each has the name that
// -R of armonic provide-call knows it by: State/provide/require/variable, the second
// set of a require being require[1].
type Questions struct {
	steps []spec.Step
	all   []question
}

type question struct {
	name    string
	step    int
	require spec.Require
	set     int
	v       spec.Variable
	needed  bool // the set must be given
}

// Of gives the questions of a route. What Armonic fills is not asked. The error is
// spec.Invalid if there is too much to ask.
func Of(route spec.Route) (*Questions, error) {
	q := &Questions{steps: route.Steps}
	for i, step := range route.Steps {
		for _, r := range step.Requires {
			n := r.Nargs.Norm()
			sets := n.Min + min(n.Max-n.Min, moreSets)
			if len(q.all)+sets*len(r.Variables()) > mostQuestions {
				return nil, spec.Errorf(spec.Invalid, "there is too much to ask for a form").WithHint("use armonic provide-call")
			}
			for set := range sets {
				var seen []string
				for _, v := range r.Variables() {
					if v.Type.Filled() || slices.Contains(seen, v.Name) {
						continue
					}
					seen = append(seen, v.Name)
					q.all = append(q.all, question{strings.Join([]string{step.State, step.ProvideName(), spec.Indexed(r.Name, set), v.Name}, "/"),
						i, r, set, v, set < n.Min})
				}
			}
		}
	}
	return q, nil
}

// Fields are the fields of a form that asks, with the values that were given already:
// all but secrets.
func (q *Questions) Fields(given Values) []Field {
	var out []Field
	for i, x := range q.all {
		if i == 0 || q.all[i-1].step != x.step || q.all[i-1].require.Name != x.require.Name || q.all[i-1].set != x.set {
			out = append(out, Field{Type: Fixed, Values: []string{q.heading(x)}})
		}
		f := x.field()
		values, ok := given[x.name]
		switch {
		case ok && !x.v.Hidden():
			f.Values = values
		case ok && !blank(values):
			f.Required = false
			f.Help = strings.TrimSpace(f.Help + " It was given; leave it empty to keep it.")
		}
		out = append(out, f)
	}
	return out
}

func (q *Questions) heading(x question) string {
	text := q.steps[x.step].Name() + ": " + x.require.Name
	if x.require.Label != "" {
		text += " (" + x.require.Label + ")"
	}
	if x.require.Remote() {
		text += ", what " + string(x.require.Pattern) + " takes and returns"
	}
	if x.set > 0 {
		text += ", number " + strconv.Itoa(x.set+1)
	}
	if !x.needed {
		text += ", may be left out"
	}
	return text
}

func (x question) field() Field {
	v := x.v
	f := Field{Name: x.name, Type: Line, Label: v.Label, Help: v.Help, Required: x.needed && !v.Optional && v.Default == nil}
	if f.Label == "" {
		f.Label = v.Name
	}
	options := v.OneOf
	switch {
	case v.Hidden():
		f.Type, options = Private, nil
	case v.Type.Kind == spec.KindBool && x.needed:
		f.Type, f.Required = Bool, false
	case v.Type.Kind == spec.KindBool:
		f.Type = Choice // a boolean is always given
		f.Options = []Option{{"not given", ""}, {"yes", "1"}, {"no", "0"}}
	case v.Type.Kind == spec.KindList && v.Type.Elem != nil && len(v.Type.Elem.OneOf) > 0:
		f.Type, options = Choices, v.Type.Elem.OneOf
	case v.Type.Kind == spec.KindList:
		f.Type = Lines
	case len(v.OneOf) > 0:
		f.Type = Choice
		if v.Optional || !x.needed {
			f.Options = []Option{{"not given", ""}}
		}
	}
	for _, o := range options {
		f.Options = append(f.Options, Option{Value: shown(o)})
	}
	if x.needed && !v.Hidden() {
		f.Values = values(v.Default)
	}
	if f.Type == Bool && f.Values == nil {
		f.Values = []string{"0"}
	}
	return f
}

// values are those of a field that shows a value.
func values(x any) []string {
	switch y := x.(type) {
	case nil:
		return nil
	case []any:
		out := make([]string, len(y))
		for i, z := range y {
			out[i] = shown(z)
		}
		return out
	}
	return []string{shown(x)}
}

// shown is a value as XEP-0004 writes it.
func shown(x any) string {
	switch y := x.(type) {
	case bool:
		if y {
			return "1"
		}
		return "0"
	case float64:
		return value.Decimal(y)
	}
	return fmt.Sprint(x)
}

// Wrong is something wrong with what was filled in.
type Wrong struct {
	Field string // "" if it is no single field
	Msg   string
}

// Merge is what was filled in after something was given before. A secret that is left
// empty stays as it was; for the rest a client sends again what it was shown.
func (q *Questions) Merge(given, more Values) Values {
	out := Values{}
	maps.Copy(out, more)
	for name, x := range given {
		if q.hidden(name) && blank(more[name]) {
			out[name] = x
		}
	}
	return out
}

func (q *Questions) hidden(name string) bool {
	return slices.ContainsFunc(q.all, func(x question) bool { return x.name == name && x.v.Hidden() })
}

// Steps are the steps of the route with what was filled in, and what is wrong with
// it. What was left out has its default; what was cleared has none.
func (q *Questions) Steps(given Values) ([]spec.Step, []Wrong) {
	out := make([]spec.Step, len(q.steps))
	for i, s := range q.steps {
		out[i] = spec.Step{Action: s.Action, State: s.State, Provide: s.Provide, Again: s.Again}
	}
	wrong := q.unknown(given)
	for _, set := range q.sets() {
		values := spec.Set{}
		some := false
		for _, x := range set {
			raw, ok := given[x.name]
			some = some || !blank(raw)
			if !ok || blank(raw) && (x.v.Hidden() || !x.needed || x.v.Default == nil) {
				continue
			}
			typed, err := x.value(raw)
			if err != nil {
				wrong = append(wrong, Wrong{x.name, err.Error()})
				continue
			}
			values[x.v.Name] = typed
		}
		first := set[0]
		if !first.needed && !some {
			continue
		}
		step := &out[first.step]
		if step.Inputs == nil {
			step.Inputs = spec.Inputs{}
		}
		step.Inputs[first.require.Name] = append(step.Inputs[first.require.Name], values)
	}
	return out, wrong
}

// sets are the questions of each set of a require.
func (q *Questions) sets() [][]question {
	var out [][]question
	for i, x := range q.all {
		if i == 0 || q.all[i-1].step != x.step || q.all[i-1].require.Name != x.require.Name || q.all[i-1].set != x.set {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], x)
	}
	return out
}

func (q *Questions) unknown(given Values) []Wrong {
	known := map[string]bool{"FORM_TYPE": true}
	for _, x := range q.all {
		known[x.name] = true
	}
	var out []Wrong
	for name := range given {
		if !known[name] {
			out = append(out, Wrong{wire.Short(wire.Clean(name), 100), "nothing that is asked is called so"})
		}
	}
	slices.SortFunc(out, func(a, b Wrong) int { return strings.Compare(a.Field, b.Field) })
	return out
}

// Field names the field that a path of a problem points at, "" if there is none.
// Sets that were left out do not count in it.
func (q *Questions) Field(p spec.Path, given Values) string {
	require, n := p.Require()
	at := 0
	for _, set := range q.sets() {
		x := set[0]
		step := q.steps[x.step]
		if step.State != p.State() || step.ProvideName() != p.Provide() || x.require.Name != require {
			continue
		}
		if !x.needed && !slices.ContainsFunc(set, func(y question) bool { return !blank(given[y.name]) }) {
			continue
		}
		if at == n {
			for _, y := range set {
				if y.v.Name == p.Variable() {
					return y.name
				}
			}
		}
		at++
	}
	return ""
}

func blank(values []string) bool {
	return !slices.ContainsFunc(values, func(s string) bool { return s != "" })
}

// value is what was filled in, in the type of the variable. A field of many lines, or of
// many choices, gives a list as it is; what stands in one line is read as any text.
func (x question) value(raw []string) (any, error) {
	switch {
	case blank(raw):
		return x.v.Convert(nil)
	case x.v.Type.Kind == spec.KindList && !x.v.Hidden():
		var list []any
		for _, s := range raw {
			if s != "" {
				list = append(list, s)
			}
		}
		return x.v.Convert(list)
	case x.v.Type.Kind == spec.KindBool && (raw[0] == "1" || raw[0] == "0"): // as XEP-0004 writes it
		return x.v.Convert(raw[0] == "1")
	}
	return x.v.ParseInput(strings.Join(raw, "\n"))
}
