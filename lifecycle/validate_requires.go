package lifecycle

import (
	"maps"
	"slices"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

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
		for _, v := range r.Variables() {
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
			c.hinted(source, "every external require has host, the place where it is met",
				"%s: an argument cannot be named host", at)
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
