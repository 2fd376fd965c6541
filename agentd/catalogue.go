package agentd

import (
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// catalogue is what a host offers. It does not change: Replace puts another in its
// place.
type catalogue struct {
	host     spec.Host
	engines  []*lifecycle.Engine
	unusable []unusable
	outdated map[string]*spec.Fault // why a lifecycle keeps a definition that was replaced
	tree     *query.Node
}

// buildTree makes the tree of all that is offered.
func (c *catalogue) buildTree() {
	var defs []*lifecycle.Lifecycle
	for _, e := range c.engines {
		defs = append(defs, e.Definition())
	}
	for _, u := range c.unusable {
		defs = append(defs, u.def)
	}
	c.tree = query.NewRoot()
	lifecycle.Tree(c.tree, c.host, defs...)
}

func (c *catalogue) has(name string) bool {
	return slices.ContainsFunc(c.engines, func(e *lifecycle.Engine) bool { return e.Name() == name }) ||
		slices.ContainsFunc(c.unusable, func(u unusable) bool { return u.def.Name == name })
}

func (c *catalogue) engine(name string) (*lifecycle.Engine, error) {
	for _, u := range c.unusable {
		if u.def.Name == name {
			return nil, u.err
		}
	}
	for _, e := range c.engines {
		if e.Name() == name {
			return e, nil
		}
	}
	names := make([]string, len(c.engines))
	for i, e := range c.engines {
		names[i] = e.Name()
	}
	err := spec.Errorf(spec.NotFound, "there is no lifecycle %q on %s", name, c.host)
	if len(names) > 0 {
		return nil, err.WithHint("it has %s", strings.Join(names, ", "))
	}
	return nil, err
}

// stacks lists every lifecycle with what is applied of it.
func (c *catalogue) stacks(since time.Time) []spec.Stack {
	out := make([]spec.Stack, 0, len(c.engines)+len(c.unusable))
	for _, e := range c.engines {
		st := e.Stack()
		if st.Fault == nil {
			st.Fault = c.outdated[e.Name()]
		}
		out = append(out, st)
	}
	for _, u := range c.unusable {
		out = append(out, u.stack(c.host, since))
	}
	return out
}
