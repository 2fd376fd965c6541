package modules

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// args are the arguments of one call of a builtin. What is wrong with them is
// reported and left out, so that the rest of the file is checked too.
type args struct {
	*report
	position
	sig    *interp.Signature
	values map[string]starlark.Value
	places map[string]string
	rest   []starlark.Value
	broken bool // something required is missing or wrong

	functions *[]starlark.Value // of the file
}

func (d *defining) bind(sig *interp.Signature, pos []starlark.Value, kwargs []starlark.Tuple, at position) *args {
	a := &args{report: d.report, position: at, sig: sig, values: map[string]starlark.Value{}, places: map[string]string{}, functions: &d.functions}
	d.calls = append(d.calls, a)
	for i, v := range pos {
		switch {
		case i < sig.Positional:
			a.values[sig.Params[i].Name], a.places[sig.Params[i].Name] = v, at.nth(i)
		case sig.Rest.Name != "":
			a.rest = append(a.rest, v)
		default:
			a.errorf(at.nth(i), "name the arguments: "+strings.Join(sig.Named(), ", "),
				"%s takes %s by position, this is number %d", sig.Name, spec.Count(sig.Positional, "argument", "arguments"), i+1)
		}
	}
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		_, twice := a.values[name]
		switch {
		case !slices.Contains(sig.Names(), name):
			hint := interp.DidYouMean(name, sig.Names())
			if to, ok := sig.Renamed[name]; ok {
				hint = "write " + to
			}
			a.errorf(at.keyword(name), hint, "%s has no argument '%s'", sig.Name, name)
		case twice:
			a.errorf(at.keyword(name), "give it once", "%s is given '%s' twice", sig.Name, name)
		default:
			a.values[name], a.places[name] = kv[1], at.at(name)
		}
	}
	for _, name := range sig.Names()[:sig.Required] {
		if _, ok := a.values[name]; !ok {
			a.broken = true
			a.errorf(at.String(), "write "+sig.Usage(), "%s needs '%s'", sig.Name, name)
		}
	}
	return a
}
