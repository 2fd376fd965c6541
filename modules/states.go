package modules

import (
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
)

func stateSignature() *interp.Signature {
	return &interp.Signature{
		Name: "state", Positional: 1, Required: 1, Returns: "state",
		Doc: "One step of deploying the service. All functions may be left out: a state may well do nothing.",
		Params: []interp.Parameter{
			interp.Param("name", "str", "", "Its name, which becomes part of paths."),
			interp.Param("enter", "Callable[[ctx], None]", "", "Called to apply the state."),
			interp.Param("leave", "Callable[[ctx], None]", "", "Called to undo it."),
			interp.Param("cross", "Callable[[ctx, flags], None]", "", "Called when a provide of this state or of one below it was called, with the flags of that provide."),
			interp.Param("requires", "list[require]", "[]", "What entering it needs."),
			interp.Param("provides", "list[provide]", "[]", "The operations that it offers."),
			interp.Param("os", "list[str]", "[]", "The systems it supports, as in [\"debian\", \"ubuntu >= 24.04\"]; all if it is empty."),
			interp.Param("doc", "str", "", "What the state means; the docstring of enter, if it is not given."),
		},
		Renamed: map[string]string{"require": "requires = […]", "provide": "provides = […]", "supported_os_type": "os = [\"debian\"]",
			"help": "doc", "label": "doc"},
	}
}

func metaStateSignature() *interp.Signature {
	sig := stateSignature()
	sig.Name, sig.Positional, sig.Required = "meta_state", 2, 2
	sig.Doc = "A state with several implementations, of which the first whose os fits the host is entered, as \"Name.Implementation\"."
	impl := interp.Param("implementations", "list[state]", "", "States, each with the os that it is for.")
	sig.Params = append([]interp.Parameter{sig.Params[0], impl}, sig.Params[1:]...)
	return sig
}

func (d *defining) newState(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	return d.stateOf(d.bind(stateSignature(), pos, kwargs, at))
}

func (d *defining) newMetaState(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	a := d.bind(metaStateSignature(), pos, kwargs, at)
	out := d.stateOf(a)
	out.meta = true
	for _, s := range distinct[*stateValue](a, "implementations", "states", "metastate "+strconv.Quote(out.name)+" has two implementations") {
		if s.meta {
			a.errorf(s.position.String(), "name its implementations here", "metastate %q cannot be an implementation of %q", s.name, out.name)
			continue
		}
		out.implementations = append(out.implementations, s)
	}
	if len(out.implementations) == 0 && !a.broken {
		a.errorf(a.place("implementations"), "write implementations = [state(…, os = [\"debian\"]), …]", "metastate %q has no implementations", out.name)
	}
	return out
}

func (d *defining) stateOf(a *args) *stateValue {
	name := a.identifier("name")
	out := &stateValue{
		declared: declared{a.sig.Name, name, a.position},
		enter:    a.fn("enter", "ctx"),
		leave:    a.fn("leave", "ctx"),
		cross:    a.fn("cross", "ctx", "flags"),
		requires: a.requires(),
		doc:      dedent(a.str("doc")),
	}
	if out.doc == "" && out.enter != nil {
		out.doc = dedent(out.enter.Doc())
	}
	out.provides = distinct[*provideValue](a, "provides", "provides", "state "+strconv.Quote(name)+" has two provides")
	for _, text := range a.strs("os") {
		m, err := lifecycle.ParseOSMatch(text)
		if err != nil {
			a.errorf(a.place("os"), "write os = [\"debian\", \"ubuntu >= 24.04\"]", "os of %s %q: %v", a.sig.Name, name, err)
			continue
		}
		out.os = append(out.os, m)
	}
	return out
}

// dedent takes the indentation off the lines of a docstring.
func dedent(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, "\n")
}
