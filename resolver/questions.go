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
	a := &asked{checked: c}
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
		case it.v.visible():
			a.questions = append(a.questions, a.question(it.v))
		}
	}
}

// visible reports whether the operator sees the variable.
func (v *variable) visible() bool { return v.role != roleHost && !v.shadowed() }

// question shows a variable.
func (a *asked) question(v *variable) Question {
	x := a.of(v)
	q := Question{
		Key: v.key(), Path: v.path(), Var: v.Variable, Host: v.node.Host,
		Source: x.source, Why: x.why, Value: x.x, Hint: x.hint,
		Optional: v.Optional, Status: OK, Fixed: v.fixed(x),
	}
	problem := v.refusal(x)
	switch {
	case problem != "":
		q.Status, q.Problem = Wrong, problem
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
func (v *variable) fixed(x sourced) bool { return x.source == FromHost || v.byRun() }

// refusal says why a value cannot be taken, "" if it can.
func (v *variable) refusal(x sourced) string {
	if x.problem == "" && x.x == nil && !v.Optional && v.fixed(x) {
		return v.Name + " cannot be filled here"
	}
	return x.problem
}
