package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/armonic/armonic/spec"
)

// Validate says everything that is wrong with the definition, nil if nothing is.
// The error unwraps to a list of *spec.Error of kind Invalid, each with the source
// place nearest to what it is about. Cycles of transitions are fine.
//
// An Engine takes all that is valid, and also a definition with states that cannot
// be reached, which only lack a way to them.
func (l *Lifecycle) Validate() error {
	c := l.check()
	if len(c.errs) == 0 {
		c.unreachable()
	}
	return errors.Join(c.errs...)
}

func (l *Lifecycle) check() *checker {
	c := &checker{lifecycle: l}
	c.name(l.Source, "lifecycle", l.Name)
	if len(l.States) == 0 {
		c.wrong(l.Source, "%s has no states", l.Name)
	}
	c.states()
	if len(c.errs) == 0 { // names must be sound before anything can refer to them
		c.transitions()
	}
	return c
}

type checker struct {
	lifecycle *Lifecycle
	errs      []error
}

func (c *checker) wrong(source, format string, args ...any) {
	c.hinted(source, "", format, args...)
}

func (c *checker) hinted(source, hint, format string, args ...any) {
	if source == "" {
		source = c.lifecycle.Source
	}
	c.errs = append(c.errs, &spec.Error{Kind: spec.Invalid, At: source, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// name refuses what could not stand in a path or would need quoting in a pattern.
func (c *checker) name(source, what, name string) {
	ok := name != ""
	for i, r := range name {
		letter := unicode.IsLetter(r) || r == '_'
		ok = ok && (letter || (i > 0 && (unicode.IsDigit(r) || r == '-' || r == '.')))
	}
	if !ok {
		c.hinted(source, "names are letters, digits, _, - and ., and begin with a letter or _",
			"%q is no name for a %s", name, what)
	}
}

func (c *checker) states() {
	seen := map[string]string{}
	for _, s := range c.lifecycle.States {
		c.name(s.Source, "state", s.Name)
		for _, impl := range s.Implementations {
			c.name(impl.Source, "implementation", impl.Name)
			if len(impl.Implementations) > 0 {
				c.wrong(impl.Source, "%s is an implementation of %s and cannot have implementations", impl.Name, s.Name)
			}
		}
	}
	for _, s := range c.lifecycle.expandStates() {
		if first, twice := seen[s.Name]; twice {
			c.wrong(s.Source, "there are two states %s%s", s.Name, c.alsoAt(first))
		}
		seen[s.Name] = s.Source
		c.requires(s.Source, s.Name, s.Requires, s.Hooks)
		c.provides(s)
	}
}

func (c *checker) alsoAt(source string) string {
	if source == "" {
		return ""
	}
	return ", the first at " + source
}

func (c *checker) provides(s *State) {
	seen := map[string]bool{}
	for _, p := range s.Provides {
		source := p.Source
		if source == "" {
			source = s.Source
		}
		where := s.Name + "." + p.Name
		c.name(source, "provide", p.Name)
		switch {
		case slices.Contains([]string{"enter", "leave", "cross"}, p.Name):
			c.hinted(source, "every state has enter, leave and cross of its own",
				"a provide of %s cannot be named %s", s.Name, p.Name)
		case seen[p.Name]:
			c.wrong(source, "%s has two provides %s", s.Name, p.Name)
		}
		seen[p.Name] = true
		c.requires(source, where, p.Requires, p.Hooks)
		c.variables(source, where+" returns", p.Returns)
	}
}

// transitions checks what refers to states: the initial one, both ends of every
// transition, and that every state can be reached on some system.
func (c *checker) transitions() {
	l := c.lifecycle
	var names []string
	for _, s := range l.expandStates() {
		names = append(names, s.Name)
	}
	hint := "the states are " + strings.Join(names, ", ")
	if !slices.Contains(names, l.InitialState()) {
		c.hinted(l.Source, hint, "the initial state %s does not exist", l.InitialState())
	}
	seen := map[[2]string]bool{}
	for _, p := range l.Edges() {
		for _, end := range p {
			if !slices.Contains(names, end) {
				c.hinted(l.Source, hint, "the transition from %s to %s: there is no state %s", p[0], p[1], end)
			}
		}
		if p[0] == p[1] {
			c.wrong(l.Source, "the transition from %s leads to itself", p[0])
		}
		if seen[p] {
			c.wrong(l.Source, "the transition from %s to %s is declared twice", p[0], p[1])
		}
		seen[p] = true
	}
}

// unreachable looks at all transitions, whatever systems they are for.
func (c *checker) unreachable() {
	l := c.lifecycle
	g := newGraph(l, spec.OS{})
	for i, s := range g.states {
		if !g.reachable([]int{g.initial}, i) {
			c.hinted(s.Source, "a transition must lead to it",
				"the state %s cannot be reached from %s", s.Name, l.InitialState())
		}
	}
}
