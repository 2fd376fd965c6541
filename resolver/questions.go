package resolver

import "github.com/armonic/armonic/value"

// asked makes the questions.
type asked struct {
	*checked
	questions []Question
}

// newQuestions lists the questions in the order of asking: of a node, where it is, how
// often and where what it requires is, all that is asked below, then its own values.
// The open ones are counted at each node.
func newQuestions(c *checked) []Question {
	most := 0
	for _, n := range c.tree.nodes {
		for _, it := range n.items {
			if it.child == nil {
				most++
			}
		}
	}
	a := &asked{checked: c, questions: make([]Question, 0, most)}
	a.collect(c.tree.root)
	for i := range a.questions {
		n := c.tree.byID[a.questions[i].Key.Node]
		switch a.questions[i].Status {
		case Missing:
			n.Missing++
		case Wrong:
			n.Wrong++
		case Checking:
			n.Checking++
		case OK, AtRun:
		}
	}
	return a.questions
}

func (a *asked) collect(n *node) {
	for _, it := range n.items {
		switch {
		case it.child != nil:
			a.collect(it.child)
		case it.q != nil:
			a.questions = append(a.questions, *it.q)
		case a.visible(it.v):
			a.questions = append(a.questions, a.question(it.v))
		}
	}
}

// visible reports whether the operator sees the variable: not where another one is asked, or
// will be, once the child is known.
func (vs *values) visible(v *variable) bool {
	switch {
	case v.role == roleHost:
		return false
	case v.role != roleArg || v.child.Unmanaged:
		return true
	case !v.child.ready:
		return false
	case !v.followsInner():
		return true
	}
	below := vs.of(v.inner)
	if !below.usable() {
		return vs.uncertain(v, below) || below.x == nil && v.inner.Optional && v.needed()
	}
	_, err := v.Convert(below.x)
	return err != nil
}

// visible is that of values, and reports what is refused once calls have returned.
func (c *calls) visible(v *variable) bool {
	return c.values.visible(v) || v.role != roleHost && c.of(v).problem != ""
}

// question shows a variable.
func (a *asked) question(v *variable) Question {
	x := a.of(v)
	q := Question{
		Key: v.key(), Path: v.path(), Var: v.Variable, Host: v.node.Host,
		Source: x.source, Why: x.why, Value: x.x, Hint: x.hint,
		Optional: v.Optional, Status: OK, Fixed: v.fixed(x),
	}
	problem := v.refusal(x)
	if v.mayLack() && value.IsDeferred(x.x) {
		q.Value = x.absent
	}
	switch {
	case problem != "":
		q.Status, q.Problem = Wrong, problem
	case x.lacking(v):
		q.Status, q.Source = Missing, NoSource
	case v.mayLack() && x.absent != nil:
		q.Status = OK
	case value.IsDeferred(x.x):
		q.Status = AtRun
	case x.x == nil && !v.Optional:
		q.Status = Missing
	case v.node.Pending && v.Validates:
		q.Status = Checking
	}
	for _, f := range a.faults[v.node] {
		if f.Key == q.Key {
			q.refuse(f.Msg, f.Hint)
		}
	}
	if !q.Fixed {
		q.Suggestions = a.offered(v)
	}
	return q
}

// fixed reports whether the operator cannot change the value.
func (v *variable) fixed(x sourced) bool { return x.source == FromHost || v.byRun() && !v.mayLack() }

// lacking reports whether nobody has said what is taken if the call does not return the
// value.
func (x sourced) lacking(v *variable) bool {
	return v.mayLack() && x.absent == nil && value.IsDeferred(x.x)
}

// refusal says why a value cannot be taken, "" if it can.
func (v *variable) refusal(x sourced) string {
	if x.problem == "" && x.x == nil && !v.Optional && v.fixed(x) {
		return v.Name + " cannot be filled here"
	}
	return x.problem
}
