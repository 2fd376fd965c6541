package modules

import (
	"math"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
)

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
		guarded:  a.guarded(),
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

// guarded reads for how long a state waits for being confirmed.
func (a *args) guarded() time.Duration {
	n := a.number("guarded")
	if n == nil {
		return 0
	}
	if *n != math.Trunc(*n) || *n < 0 || *n > 3600 || *n > 0 && *n < 10 {
		a.errorf(a.place("guarded"), "write guarded = 60", "guarded of %s must be whole seconds, 10 to 3600, or 0", a.sig.Name)
	}
	return time.Duration(*n) * time.Second
}

// dedent takes the indentation off the lines of a docstring, and what it says to editors.
func dedent(s string) string {
	var lines []string
	for l := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		if l = strings.TrimSpace(l); !strings.HasPrefix(l, ":type ") {
			lines = append(lines, l)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
