package query

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Match is what a pattern was found to mean.
type Match struct {
	Pattern spec.Pattern
	Nodes   []*Node      // in document order
	Folded  spec.Pattern // the pattern as it should have been written, if only its case was wrong
	Near    []spec.Path  // where nothing matches: what may have been meant, best first, at most 5
}

// Find selects like Expr.Select. Where nothing matches and the pattern is a plain
// path, the match that differs in case only is taken (if there is one spelling of
// it), else near names are suggested. The error is Invalid.
func Find(root *Node, p spec.Pattern) (Match, error) {
	m := Match{Pattern: p}
	e, err := Compile(p)
	if err != nil {
		return m, err
	}
	if m.Nodes, err = e.Select(root); err != nil || len(m.Nodes) > 0 {
		return m, err
	}
	if e.steps == nil {
		return m, nil
	}
	from := starts(root, e.absolute)
	if m.Nodes, m.Folded = e.fold(from); m.Folded == "" {
		m.Near = near(root, from, e.steps)
	}
	return m, nil
}

// None is the error for a pattern that matches nothing, nil if something matches.
func (m Match) None() error {
	if len(m.Nodes) > 0 {
		return nil
	}
	err := spec.Errorf(spec.NotFound, "%s matches nothing", m.Pattern)
	if len(m.Near) == 0 {
		return err
	}
	names := make([]string, len(m.Near))
	for i, p := range m.Near {
		names[i] = string(p)
	}
	return err.WithHint("did you mean %s?", strings.Join(names, ", "))
}

// fold matches without case. Several spellings are no match: one of them must be
// chosen by the caller.
func (e *Expr) fold(from []*Node) ([]*Node, spec.Pattern) {
	var spelling []string
	set := map[*Node]bool{}
	for n, how := range walk(from, e.steps, folded) {
		if spelling != nil && !slices.Equal(spelling, how.names) {
			return nil, ""
		}
		spelling = how.names
		set[n] = true
	}
	if len(set) == 0 {
		return nil, ""
	}
	steps := slices.Clone(e.steps)
	for i := range steps {
		steps[i].name = spelling[i]
	}
	return inOrder(set), render(steps, e.absolute)
}
