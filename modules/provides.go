package modules

import (
	"maps"
	"slices"
	"strconv"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

func (d *defining) newProvide(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	a := d.bind(provideSignature(), pos, kwargs, at)
	name := a.identifier("name")
	switch name {
	case "enter", "leave", "cross":
		a.errorf(a.place("name"), "write "+name+" = _"+name+" in the state", "%q is not a provide but an action of the state", name)
	}
	out := &provideValue{declared: declared{"provide", name, at}, args: a, do: a.fn("fn", "ctx"), undo: a.fn("undo", "ctx"), keep: a.boolean("keep", false), requires: a.requires()}
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
	if out.undo != nil && out.keep {
		a.errorf(a.place("undo"), "leave one of them out", "provide %q has undo, and keep, with which nothing is taken back", name)
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
