package template

import (
	"slices"

	"github.com/nikolalohinski/gonja/v2/builtins"
	structures "github.com/nikolalohinski/gonja/v2/builtins/control_structures"
	"github.com/nikolalohinski/gonja/v2/builtins/methods"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/parser"
)

// A template has of Jinja2 what files are written with. What is not listed here loads
// other files (include, import, extends), is random or in no order (random, lipsum, dict),
// changes values (append, pop), renders into memory (macro, call, filter blocks), or is for
// HTML.

func structureNames() []string {
	return []string{"break", "continue", "for", "if", "raw", "set", "with"}
}

func filterNames() []string {
	return []string{"abs", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "format",
		"groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace",
		"reverse", "round", "select", "selectattr", "slice", "sort", "string", "sum", "title", "tojson", "trim", "truncate", "unique",
		"upper", "urlencode", "wordcount", "wordwrap"}
}

func textMethods() []string {
	return []string{"capitalize", "count", "endswith", "find", "isalnum", "isalpha", "isdigit", "islower", "isupper", "join", "lower", "lstrip",
		"partition", "removeprefix", "removesuffix", "replace", "rfind", "rpartition", "rsplit", "rstrip", "split", "splitlines",
		"startswith", "strip", "title", "upper"}
}

func dictMethods() []string { return []string{"get", "items", "keys", "values"} }

// environment is what a template can name, besides its values.
func (l *limits) environment() *exec.Environment {
	filters := map[string]exec.FilterFunction{loopFilter: l.walked, conditionFilter: l.condition}
	for _, name := range filterNames() {
		if f, ok := builtins.Filters.Get(name); ok {
			filters[name] = l.filter(f)
		}
	}
	parsers := map[string]parser.ControlStructureParser{}
	for _, name := range structureNames() {
		if p, ok := structures.All.Get(name); ok {
			parsers[name] = l.structure(name, p)
		}
	}
	namespace, _ := builtins.GlobalFunctions.Get("namespace")
	return &exec.Environment{
		Filters: exec.NewFilterSet(filters), Tests: builtins.Tests, ControlStructures: exec.NewControlStructureSet(parsers),
		Context: exec.NewContext(map[string]any{"range": l.count, "namespace": namespace}),
		Methods: exec.Methods{
			Bool: exec.NewMethodSet(map[string]exec.Method[bool]{}), Int: exec.NewMethodSet(map[string]exec.Method[int]{}),
			Float: exec.NewMethodSet(map[string]exec.Method[float64]{}), List: exec.NewMethodSet(map[string]exec.Method[[]any]{}),
			Str: only(methods.All.Str, textMethods()), Dict: only(methods.All.Dict, dictMethods()),
		},
	}
}

func only[T any](all *exec.MethodSet[T], names []string) *exec.MethodSet[T] {
	out := map[string]exec.Method[T]{}
	for _, name := range names {
		if m, ok := all.Get(name); ok {
			out[name] = m
		}
	}
	return exec.NewMethodSet(out)
}

// count is range(): a list, where the library would start a goroutine.
func (l *limits) count(_ *exec.Evaluator, in *exec.VarArgs) *exec.Value {
	var from, to int
	step := 1
	for i, a := range in.Args {
		if !a.IsInteger() || i > 2 {
			return exec.AsValue(l.fail("range takes whole numbers: range(to), range(from, to), range(from, to, step)"))
		}
	}
	switch len(in.Args) {
	case 1:
		to = in.Args[0].Integer()
	case 2:
		from, to = in.Args[0].Integer(), in.Args[1].Integer()
	case 3:
		from, to, step = in.Args[0].Integer(), in.Args[1].Integer(), in.Args[2].Integer()
	default:
		return exec.AsValue(l.fail("range takes one to three numbers: range(to), range(from, to), range(from, to, step)"))
	}
	if step == 0 {
		return exec.AsValue(l.fail("range with step 0 has no end"))
	}
	out := []any{}
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		if out = append(out, i); len(out) > maxNumber {
			return exec.AsValue(l.fail("range counts more than %d", maxNumber))
		}
	}
	return exec.AsValue(out)
}

// filter is a filter of the library within the limits.
func (l *limits) filter(f exec.FilterFunction) exec.FilterFunction {
	return func(e *exec.Evaluator, in *exec.Value, params *exec.VarArgs) *exec.Value {
		if l.check() != nil {
			panic(stop{})
		}
		if undefined := undefinedIn(in); undefined != nil {
			return undefined
		}
		args := slices.Clone(params.Args)
		for _, v := range params.KwArgs {
			args = append(args, v)
		}
		for _, v := range args {
			if v.IsInteger() && (v.Integer() > maxNumber || v.Integer() < -maxNumber) {
				return exec.AsValue(l.fail("a filter is given a number beyond %d", maxNumber))
			}
		}
		return f(e, in, params)
	}
}

// undefinedIn is the error for a name in a list that has no value, nil if there is none.
func undefinedIn(v *exec.Value) *exec.Value {
	list, ok := v.Interface().(exec.ValuesList)
	if v.IsError() || !ok {
		return nil
	}
	for _, x := range list {
		if x.IsError() {
			return x
		}
	}
	return nil
}
