package modules

import (
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
)

func stateSignature() *signature {
	return &signature{
		name: "state", npos: 1, required: 1, returns: "state",
		doc: "One step of deploying the service. All functions may be left out: a state may well do nothing.",
		params: []param{
			{"name", "str", "", "Its name, which becomes part of paths."},
			{"enter", "Callable[[ctx], None]", "", "Called to apply the state."},
			{"leave", "Callable[[ctx], None]", "", "Called to undo it."},
			{"cross", "Callable[[ctx, flags], None]", "", "Called when a provide of this state or of one below it was called, with the flags of that provide."},
			{"requires", "list[require]", "[]", "What entering it needs."},
			{"provides", "list[provide]", "[]", "The operations that it offers."},
			{"os", "list[str]", "[]", "The systems it supports, as in [\"debian\", \"ubuntu >= 24.04\"]; all if it is empty."},
			{"doc", "str", "", "What the state means; the docstring of enter, if it is not given."},
		},
		renamed: map[string]string{"require": "requires = […]", "provide": "provides = […]", "supported_os_type": "os = [\"debian\"]",
			"help": "doc", "label": "doc"},
	}
}

func metaStateSignature() *signature {
	sig := stateSignature()
	sig.name, sig.npos, sig.required = "meta_state", 2, 2
	sig.doc = "A state with several implementations, of which the first whose os fits the host is entered, as \"Name.Implementation\"."
	impl := param{"implementations", "list[state]", "", "States, each with the os that it is for."}
	sig.params = append([]param{sig.params[0], impl}, sig.params[1:]...)
	return sig
}

func (d *defining) newState(pos starlark.Tuple, kwargs []starlark.Tuple, at site) starlark.Value {
	return d.stateOf(d.bind(stateSignature(), pos, kwargs, at))
}

func (d *defining) newMetaState(pos starlark.Tuple, kwargs []starlark.Tuple, at site) starlark.Value {
	a := d.bind(metaStateSignature(), pos, kwargs, at)
	out := d.stateOf(a)
	out.meta = true
	seen := map[string]bool{}
	a.list("implementations", "states", func(x starlark.Value) bool {
		s, ok := x.(*stateValue)
		switch {
		case !ok:
		case s.meta:
			a.errorf(s.site.String(), "name its implementations here", "metastate %q cannot be an implementation of %q", s.name, out.name)
		case seen[s.name]:
			a.errorf(s.site.String(), "give one of them another name", "metastate %q has two implementations named %q", out.name, s.name)
		default:
			seen[s.name] = true
			out.implementations = append(out.implementations, s)
		}
		return ok
	})
	if len(out.implementations) == 0 && !a.broken {
		a.errorf(a.place("implementations"), "write implementations = [state(…, os = [\"debian\"]), …]", "metastate %q has no implementations", out.name)
	}
	return out
}

func (d *defining) stateOf(a *args) *stateValue {
	name := a.word("name")
	out := &stateValue{
		declared: declared{a.sig.name, name, a.site},
		enter:    a.fn("enter", "ctx"),
		leave:    a.fn("leave", "ctx"),
		cross:    a.fn("cross", "ctx", "flags"),
		requires: a.requires(),
		doc:      dedent(a.str("doc")),
	}
	if out.doc == "" && out.enter != nil {
		out.doc = dedent(out.enter.Doc())
	}
	seen := map[string]bool{}
	a.list("provides", "provides", func(x starlark.Value) bool {
		p, ok := x.(*provideValue)
		if ok && seen[p.name] {
			a.errorf(p.site.String(), "give one of them another name", "state %q has two provides named %q", name, p.name)
		} else if ok {
			seen[p.name] = true
			out.provides = append(out.provides, p)
		}
		return ok
	})
	for _, text := range a.strs("os") {
		m, err := lifecycle.ParseOSMatch(text)
		if err != nil {
			a.errorf(a.place("os"), "write os = [\"debian\", \"ubuntu >= 24.04\"]", "os of %s %q: %v", a.sig.name, name, err)
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
