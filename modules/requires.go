package modules

import (
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func (d *defining) newRequire(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	a := d.bind(requireSignature(), pos, kwargs, at)
	out := d.emptyRequire(a, spec.Simple)
	seen := map[string]bool{}
	for i, x := range a.rest {
		v, ok := x.(*varValue)
		if !ok {
			hint := "write var(\"port\", port)"
			if _, isType := x.(typeValue); isType {
				hint = "give it a name: var(\"name\", " + x.String() + ")"
			}
			a.errorf(at.nth(i+1), hint, "require takes variables after its name, %s is none", interp.TypeName(x))
			continue
		}
		out.add(a, seen, &out.r.Vars, v)
	}
	if len(a.rest) == 0 && !a.broken {
		a.errorf(at.String(), "write require(\"conf\", var(\"port\", port, default = 80))", "require %q has no variables", out.name)
	}
	return out
}

func (d *defining) newRemote(kind spec.RequireKind) declarer {
	return func(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
		a := d.bind(remoteSignature(kind), pos, kwargs, at)
		out := d.emptyRequire(a, kind)
		out.r.Pattern = spec.Pattern(a.str("pattern"))
		if _, given := a.get("pattern"); given {
			if _, err := query.Compile(out.r.Pattern); err != nil {
				a.errorf(a.place("pattern"), "write \"//WebServer//start\": the lifecycle, anything, the provide", "%v", spec.AsError(err).Msg)
				out.r.Pattern = ""
			}
		}
		seen := map[string]bool{}
		a.list("args", "variables", func(x starlark.Value) bool { return out.take(a, seen, &out.r.Args, x) })
		a.list("returns", "variables", func(x starlark.Value) bool { return out.take(a, seen, &out.r.Returns, x) })
		if seen[spec.HostVariable] && kind == spec.External {
			a.errorf(out.positionOf(spec.HostVariable), "give it another name", "a variable of require_external cannot be named 'host': that is the host where it is met")
		}
		out.rolling, out.r.Rolling = a.rolling(out.r.Nargs)
		out.r.Bind, out.r.Set = a.binding(), a.setting()
		return out
	}
}

func (d *defining) emptyRequire(a *args, kind spec.RequireKind) *requireValue {
	name := a.identifier("name")
	nargs := "1"
	if v, ok := a.get("nargs"); ok {
		if n, isInt := v.(starlark.Int); isInt {
			nargs = n.String()
		} else {
			nargs = a.str("nargs")
		}
	}
	n, err := spec.ParseNargs(nargs)
	if err != nil {
		a.errorf(a.place("nargs"), "once is \"1\", at most once \"?\", any number \"*\"", "%v", err)
	}
	return &requireValue{declared: declared{a.sig.Name, name, a.position}, args: a,
		r: spec.Require{Name: name, Kind: kind, Nargs: n, Label: a.str("label"), Help: a.str("help")}}
}

func (r *requireValue) take(a *args, seen map[string]bool, to *[]spec.Variable, x starlark.Value) bool {
	v, ok := x.(*varValue)
	if ok {
		r.add(a, seen, to, v)
	}
	return ok
}

// add appends a variable, whose name the require must not have yet.
func (r *requireValue) add(a *args, seen map[string]bool, to *[]spec.Variable, v *varValue) {
	if seen[v.name] {
		a.errorf(v.position.String(), "give one of them another name", "%s %q has two variables named %q", a.sig.Name, r.name, v.name)
		return
	}
	seen[v.name] = true
	*to = append(*to, v.v)
	r.vars = append(r.vars, v)
}

// setting reads the values that variables of the provide are set to.
func (a *args) setting() map[string]any {
	v, ok := a.get("set")
	if !ok {
		return nil
	}
	hint := "write set = {\"their_var\": value}"
	d, ok := v.(*starlark.Dict)
	if !ok {
		a.wrong("set", "a dict", hint, v)
		return nil
	}
	out := map[string]any{}
	for _, item := range d.Items() {
		theirs, ok := starlark.AsString(item[0])
		x, err := interp.ToGo(item[1])
		if !ok || err != nil || x == nil {
			a.errorf(a.place("set"), hint, "set of %s cannot be %s: %s", a.sig.Name, interp.Short(item[0].String()), interp.Short(item[1].String()))
			continue
		}
		out[theirs] = x
	}
	return out
}

func (a *args) binding() map[string]string {
	v, ok := a.get("bind")
	if !ok {
		return nil
	}
	hint := "write bind = {\"their_var\": \"our_require.our_var\"}"
	d, ok := v.(*starlark.Dict)
	if !ok {
		a.wrong("bind", "a dict", hint, v)
		return nil
	}
	out := map[string]string{}
	for _, item := range d.Items() {
		theirs, ok := starlark.AsString(item[0])
		ours, also := starlark.AsString(item[1])
		if !ok || !also || strings.Count(ours, ".") != 1 {
			a.errorf(a.place("bind"), hint, "bind of %s cannot be %s: %s", a.sig.Name, interp.Short(item[0].String()), interp.Short(item[1].String()))
			continue
		}
		out[theirs] = ours
	}
	return out
}
