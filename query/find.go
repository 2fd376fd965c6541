package query

import (
	"fmt"
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
	if m.Nodes, err = e.Eval(root); err != nil || len(m.Nodes) > 0 {
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

// One is the only node of the match. The error is NotFound, with near names as
// the hint, or Ambiguous, with what matched.
func (m Match) One() (*Node, error) {
	switch len(m.Nodes) {
	case 1:
		return m.Nodes[0], nil
	case 0:
		return nil, m.None()
	}
	names := make([]spec.Path, len(m.Nodes))
	for i, n := range m.Nodes {
		names[i] = n.Path()
	}
	return nil, spec.Errorf(spec.Ambiguous, "%s matches %d resources: %s", m.Pattern, len(names), some(names)).
		WithHint("name one of them")
}

// None is the error for a pattern that matches nothing, nil if something matches.
func (m Match) None() error {
	if len(m.Nodes) > 0 {
		return nil
	}
	err := spec.Errorf(spec.NotFound, "%s matches nothing", m.Pattern)
	if len(m.Near) > 0 {
		return err.WithHint("did you mean %s?", some(m.Near))
	}
	return err
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

// some lists paths, and how many more there are where they are many.
func some(paths []spec.Path) string {
	const most = 5
	var b strings.Builder
	for i, p := range paths {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(paths)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(p))
	}
	return b.String()
}
