package modules

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// args are the arguments of one call of a builtin. What is wrong with them is
// reported and left out, so that the rest of the file is checked too.
type args struct {
	*report
	site
	sig    *signature
	values map[string]starlark.Value
	places map[string]string
	rest   []starlark.Value
	broken bool // something required is missing or wrong

	functions *[]starlark.Value // of the file
}

func (d *defining) bind(sig *signature, pos []starlark.Value, kwargs []starlark.Tuple, at site) *args {
	a := &args{report: d.report, site: at, sig: sig, values: map[string]starlark.Value{}, places: map[string]string{}, functions: &d.functions}
	for i, v := range pos {
		switch {
		case i < sig.npos:
			a.values[sig.params[i].name], a.places[sig.params[i].name] = v, at.nth(i)
		case sig.rest.name != "":
			a.rest = append(a.rest, v)
		default:
			a.errorf(at.nth(i), "name the arguments: "+strings.Join(sig.named(), ", "),
				"%s takes %s by position, this is number %d", sig.name, plural(sig.npos, "argument"), i+1)
		}
	}
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		_, twice := a.values[name]
		switch {
		case !slices.Contains(sig.names(), name):
			hint := didYouMean(name, sig.names())
			if to, ok := sig.renamed[name]; ok {
				hint = "write " + to
			}
			a.errorf(at.keyword(name), hint, "%s has no argument '%s'", sig.name, name)
		case twice:
			a.errorf(at.keyword(name), "give it once", "%s is given '%s' twice", sig.name, name)
		default:
			a.values[name], a.places[name] = kv[1], at.at(name)
		}
	}
	for _, name := range sig.names()[:sig.required] {
		if _, ok := a.values[name]; !ok {
			a.broken = true
			a.errorf(at.String(), "write "+sig.usage(), "%s needs '%s'", sig.name, name)
		}
	}
	return a
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return itoa(n) + " " + what + "s"
}
