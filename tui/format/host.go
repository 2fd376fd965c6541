package format

import (
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// Applied are the lifecycles of which something is applied.
func Applied(v *deploy.HostView) []*spec.Stack {
	var out []*spec.Stack
	for i := range v.Stacks {
		if s := &v.Stacks[i]; len(s.Applied) > 1 || s.Doing != nil || s.Fault != nil {
			out = append(out, s)
		}
	}
	return out
}

// Services says what is applied on a host: each service and its state.
func Services(v *deploy.HostView) string {
	var parts []string
	for _, s := range Applied(v) {
		word := s.Top()
		switch {
		case s.Doing != nil:
			word = s.Doing.Name() + " ..."
		case s.Fault != nil:
			word += " (" + s.Fault.Step.Name() + " failed)"
		}
		parts = append(parts, s.Path.Lifecycle()+" "+word)
	}
	return strings.Join(parts, ", ")
}
