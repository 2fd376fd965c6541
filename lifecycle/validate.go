package lifecycle

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Validate says everything that is wrong with the definition, nil if nothing is.
// The error unwraps to a list of *spec.Error of kind Invalid, each with the source
// position nearest to what it is about. Cycles of transitions are fine.
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

func (c *checker) wrong(source, format string, args ...any) *spec.Error {
	if source == "" {
		source = c.lifecycle.Source
	}
	err := &spec.Error{Kind: spec.Invalid, At: source, Msg: fmt.Sprintf(format, args...)}
	c.errs = append(c.errs, err)
	return err
}

// name refuses what could not stand in a path or would need quoting in a pattern.
func (c *checker) name(source, what, name string) {
	ok := name != ""
	for i, r := range name {
		letter := unicode.IsLetter(r) || r == '_'
		ok = ok && (letter || (i > 0 && (unicode.IsDigit(r) || r == '-' || r == '.')))
	}
	if !ok {
		_ = c.wrong(source, "%q is no name for a %s", name, what).
			WithHint("names are letters, digits, _, - and ., and begin with a letter or _")
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
			_ = c.wrong(source, "a provide of %s cannot be named %s", s.Name, p.Name).
				WithHint("every state has enter, leave and cross of its own")
		case seen[p.Name]:
			c.wrong(source, "%s has two provides %s", s.Name, p.Name)
		}
		seen[p.Name] = true
		c.requires(source, where, p.Requires, p.Hooks)
		c.variables(source, where+" returns", p.Returns)
	}
}

func (c *checker) requires(source, where string, requires []spec.Require, hooks Hooks) {
	known := map[string]bool{}
	seen := map[string]bool{}
	for _, r := range requires {
		at := where + "/" + r.Name
		c.name(source, "require", r.Name)
		if seen[r.Name] {
			c.wrong(source, "%s has two requires %s", where, r.Name)
		}
		seen[r.Name] = true
		if n := r.Nargs.Norm(); n.Min < 0 || n.Max < n.Min || n.Max > spec.Many {
			c.wrong(source, "%s: it cannot be given %d to %d times", at, n.Min, n.Max)
		}
		if r.Remote() {
			c.remote(source, at, r)
		} else {
			c.variables(source, at, r.Vars)
		}
		for _, v := range setVariables(r) {
			known[r.Name+"/"+v.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(hooks.Suggest)) {
		if !known[name] {
			c.wrong(source, "%s suggests a value for %s, which it does not ask", where, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(hooks.Validate)) {
		if !known[name] {
			c.wrong(source, "%s validates %s, which it does not ask", where, name)
		}
	}
}

func (c *checker) remote(source, at string, r spec.Require) {
	if r.Kind != spec.Local && r.Kind != spec.External {
		c.wrong(source, "%s is of the unknown kind %q", at, r.Kind)
	}
	if _, err := query.Compile(r.Pattern); err != nil {
		c.wrong(source, "%s: %v", at, err)
	}
	for _, v := range r.Args {
		if r.Kind == spec.External && v.Name == spec.HostVariable {
			_ = c.wrong(source, "%s: an argument cannot be named host", at).
				WithHint("every external require has host, the place where it is met")
		}
	}
	c.variables(source, at, r.Args)
	c.variables(source, at, r.Returns)
}

func (c *checker) variables(source, at string, vars []spec.Variable) {
	seen := map[string]bool{}
	for _, v := range vars {
		c.name(source, "variable", v.Name)
		if seen[v.Name] {
			c.wrong(source, "%s has two variables %s", at, v.Name)
		}
		seen[v.Name] = true
		if err := v.CheckDefinition(); err != nil {
			c.wrong(source, "%s: %v", at, err)
		}
		elem := v.Type.Elem
		for elem != nil {
			inner := *elem
			inner.Name = v.Name + "[]"
			if err := inner.CheckDefinition(); err != nil {
				c.wrong(source, "%s: %v", at, err)
			}
			elem = elem.Type.Elem
		}
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
	if !slices.Contains(names, l.initial()) {
		_ = c.wrong(l.Source, "the initial state %s does not exist", l.initial()).WithHint("%s", hint)
	}
	seen := map[[2]string]bool{}
	for _, p := range l.transitions() {
		for _, end := range p {
			if !slices.Contains(names, end) {
				_ = c.wrong(l.Source, "the transition from %s to %s: there is no state %s", p[0], p[1], end).WithHint("%s", hint)
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

func (c *checker) unreachable() {
	l := c.lifecycle
	next := map[string][]string{}
	for _, p := range l.expandTransitions() {
		next[p[0]] = append(next[p[0]], p[1])
	}
	reached := map[string]bool{l.initial(): true}
	for todo := []string{l.initial()}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, n := range next[s] {
			if !reached[n] {
				reached[n] = true
				todo = append(todo, n)
			}
		}
	}
	for _, s := range l.expandStates() {
		if !reached[s.Name] {
			_ = c.wrong(s.Source, "the state %s cannot be reached from %s", s.Name, l.initial()).
				WithHint("a transition must lead to it")
		}
	}
}
