package format

import (
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
	"github.com/armonic/armonic/value"
)

// Question gives the sign of a question, its style, and where its value comes
// from in a word.
func Question(l widget.Look, q *resolver.Question) (string, widget.Style, string) {
	switch q.Status {
	case resolver.Missing:
		return l.Missing, l.Warn, "missing"
	case resolver.Wrong:
		return l.Wrong, l.Bad, "wrong"
	case resolver.Checking:
		return l.Checking, l.Unsure, "checking"
	case resolver.AtRun:
		return l.AtRun, l.Dim, "at run"
	case resolver.OK:
	}
	switch q.Source {
	case resolver.Default:
		return l.Default, l.Dim, "default"
	case resolver.Suggested:
		return l.Like, l.Dim, "like"
	case resolver.NoSource:
		return l.OK, l.Dim, ""
	case resolver.You, resolver.Replayed, resolver.Generated, resolver.Returned, resolver.FromHost, resolver.Bound, resolver.FromXPath:
	}
	return l.OK, l.Good, string(q.Source)
}

// Asked is the name of a question as a list shows it.
func Asked(q *resolver.Question) string {
	switch q.Key.Kind {
	case resolver.AskManage:
		return "managed"
	case resolver.AskHost:
		return "host"
	case resolver.AskChoose:
		return "which"
	case resolver.AskHosts:
		if q.Key.Name == "" { // of the deployment itself
			return "hosts"
		}
		return "hosts of " + last(q.Key.Name)
	case resolver.AskCount:
		return "how many " + last(q.Key.Name)
	case resolver.AskPath:
		return "way to " + q.Path.State()
	case resolver.AskCall:
		return "called"
	case resolver.AskRoll:
		return "rolling of " + last(q.Key.Name)
	case resolver.AskReturn:
		return "returns " + q.Key.Name
	case resolver.AskValue:
	}
	if q.Path != "" && q.Path.Variable() != "" {
		_, set := q.Path.Require()
		if set > 0 {
			return spec.Indexed(q.Path.Variable(), set)
		}
		return q.Path.Variable()
	}
	return q.Var.Name
}

// QuestionValue writes a question's value.
func QuestionValue(q *resolver.Question) string { return ValueOf(q, q.Value) }

// ValueOf writes what is or could be a question's value.
func ValueOf(q *resolver.Question, v any) string {
	if v != nil && q.Var.Hidden() {
		return Value(value.Secret(""))
	}
	return Value(v)
}

// Service is the lifecycle a question is about, or the provide's pattern.
func Service(q *resolver.Question) string {
	if lc := q.Path.Lifecycle(); lc != "" {
		return lc
	}
	return strings.TrimLeft(string(q.Path), "/")
}

func last(dotted string) string { return dotted[strings.LastIndexByte(dotted, '.')+1:] }
