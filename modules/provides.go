package modules

import (
	"maps"
	"slices"
	"strconv"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

func provideSignature() *interp.Signature {
	return &interp.Signature{
		Name: "provide", Positional: 2, Required: 1, Returns: "provide",
		Doc: "An operation of a state, which others and people can call.",
		Params: []interp.Parameter{
			interp.Param("name", "str", "", "Its name, which becomes part of paths."),
			interp.Param("fn", "Callable[[ctx], dict | None]", "", "Called to do it; gives a dict of what returns declares."),
			interp.Param("requires", "list[require]", "[]", "What it needs before it can be called."),
			interp.Param("returns", "list[var]", "[]", "What it gives to whoever calls it."),
			interp.Param("flags", "dict[str, Any]", "{}", "Handed to cross of its state and of all above."),
			interp.Param("label", "str", "", "A few words for people."),
			interp.Param("help", "str", "", "What a person should know; the docstring of fn, if it is not given."),
			interp.Param("tags", "list[str]", "[]", "Words to find it by."),
			interp.Param("each", "bool", "False", "Call it once for each who requires it, even with equal values."),
		},
		Renamed: map[string]string{"require": "requires = […]", "function": "fn", "call": "fn", "return": "returns = […]",
			"ret": "returns = […]", "doc": "help"},
	}
}

func (d *defining) newProvide(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	a := d.bind(provideSignature(), pos, kwargs, at)
	name := a.identifier("name")
	switch name {
	case "enter", "leave", "cross":
		a.errorf(a.place("name"), "write "+name+" = _"+name+" in the state", "%q is not a provide but an action of the state", name)
	}
	out := &provideValue{declared: declared{"provide", name, at}, args: a, do: a.fn("fn", "ctx"), requires: a.requires()}
	out.p = spec.Provide{Label: a.str("label"), Help: a.str("help"), Tags: a.strs("tags"), Each: a.boolean("each", false)}
	if out.p.Help == "" && out.do != nil {
		out.p.Help = dedent(out.do.Doc())
	}
	for _, v := range distinct[*varValue](a, "returns", "variables", "provide "+strconv.Quote(name)+" has two returns") {
		out.p.Returns = append(out.p.Returns, v.v)
	}
	if len(out.p.Returns) > 0 && out.do == nil && !a.broken {
		a.errorf(a.place("returns"), "give a function: provide("+strconv.Quote(name)+", _"+name+", returns = […])", "provide %q has returns but no function that returns them", name)
	}
	out.p.Flags = a.flags()
	return out
}

func (a *args) flags() map[string]any {
	v, ok := a.get("flags")
	if !ok {
		return nil
	}
	if _, isDict := v.(*starlark.Dict); !isDict {
		a.wrong("flags", "a dict", "write flags = {\"reload\": True}", v)
		return nil
	}
	out, _ := a.plain("flags").(map[string]any)
	return out
}

// requires are the requires of a state or a provide.
func (a *args) requires() []*requireValue {
	out := distinct[*requireValue](a, "requires", "requires", "two requires of one "+a.sig.Name+" are")
	for _, r := range out {
		a.checkBind(r, out)
	}
	return out
}

// checkBind sees that what a require binds exists beside it.
func (a *args) checkBind(r *requireValue, all []*requireValue) {
	for _, theirs := range slices.Sorted(maps.Keys(r.r.Bind)) {
		ours := r.r.Bind[theirs]
		var names []string
		for _, other := range all {
			for _, v := range other.vars {
				if other != r {
					names = append(names, other.name+"."+v.name)
				}
			}
		}
		if !slices.Contains(names, ours) {
			a.errorf(r.args.place("bind"), interp.DidYouMean(ours, names), "bind of %q names %q, which is not a variable of the requires beside it", r.name, ours)
		}
	}
}
