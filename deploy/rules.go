package deploy

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// rule is a decision made before its question is known: it is applied to every
// question that it fits as these come up, once each.
type rule struct {
	text  string // as given, for messages
	value string
	expr  *query.Expr // of values: which variables
	name  string      // of hosts: which require
	done  map[resolver.Key]bool
}

// Set decides all variables that a pattern matches, now or later:
// //WebServer//conf/port. The error is spec.Invalid.
func (s *Session) Set(p spec.Pattern, value string) error {
	expr, err := query.Compile(p)
	if err != nil {
		return err
	}
	s.addRule(&rule{text: string(p), value: value, expr: expr})
	return nil
}

// SetHosts decides where a require is met: "websites", or longer, the end of
// "Configured.enter.websites", or with the id of its node, "./Configured.enter.websites".
func (s *Session) SetHosts(require, hosts string) {
	s.addRule(&rule{text: require, value: hosts, name: require})
}

func (s *Session) addRule(r *rule) {
	r.done = map[resolver.Key]bool{}
	s.rules = append(s.rules, r)
	s.result = nil
}

// UnusedRules lists what was given to Set and SetHosts and fitted no question, nor what is
// applied already (see Standing).
func (s *Session) UnusedRules() []string {
	s.Result()
	var out []string
	for _, r := range s.rules {
		if _, stands := s.standingRule(r); len(r.done) == 0 && !stands {
			out = append(out, r.text)
		}
	}
	return out
}

// applyRules decides what rules fit and reports whether an answer changed. Later
// rules win.
func (s *Session) applyRules() bool {
	if len(s.rules) == 0 {
		return false
	}
	changed := false
	qs := s.result.Questions
	for _, r := range s.rules {
		for _, i := range r.fits(s.result) {
			k := qs[i].Key
			if r.done[k] {
				continue
			}
			r.done[k] = true
			text := resolver.Text(r.value)
			if k.Kind == resolver.AskCount && text == "" {
				text = "0" // no hosts, and not even once
			}
			s.answers[k] = s.typed(k, text)
			changed = true
		}
	}
	return changed
}

// fits lists the indexes of the questions that the rule is about.
func (r *rule) fits(res *resolver.Result) []int {
	var out []int
	if r.expr == nil {
		for i := range res.Questions {
			if r.names(res, &res.Questions[i]) {
				out = append(out, i)
			}
		}
		return out
	}
	tree, at := variableTree(res)
	nodes, _ := r.expr.Select(tree) // one that cannot be evaluated fits nothing
	for _, n := range nodes {
		out = append(out, at[n]...)
	}
	return out
}

func (r *rule) names(res *resolver.Result, q *resolver.Question) bool {
	id := string(q.Key.Node)
	switch q.Key.Kind {
	case resolver.AskHosts, resolver.AskCount:
		id += "/" + q.Key.Name
	case resolver.AskHost:
		if n := res.Node(q.Key.Node); n == nil || n.Parent == nil {
			return false
		}
	case resolver.AskManage, resolver.AskChoose, resolver.AskValue, resolver.AskReturn:
		return false
	}
	return r.isAbout(id)
}

// isAbout reports whether a rule of hosts names a require, or the node that meets it.
func (r *rule) isAbout(id string) bool {
	return id == r.name || strings.HasSuffix(id, "/"+r.name) || strings.HasSuffix(id, "."+r.name)
}

// variableTree is a tree of all variables that are asked, and which questions are
// at each of them.
func variableTree(res *resolver.Result) (*query.Node, map[*query.Node][]int) {
	kinds := []query.Kind{query.Location, query.Lifecycle, query.State, query.Provide, query.Require, query.Variable}
	root, at := query.NewRoot(), map[*query.Node][]int{}
	known := map[string]*query.Node{}
	for i := range res.Questions {
		q := &res.Questions[i]
		parts := q.Path.Parts()
		if q.Key.Kind != resolver.AskValue && q.Key.Kind != resolver.AskReturn || q.Fixed || len(parts) != len(kinds) {
			continue
		}
		n, path := root, ""
		for j, name := range parts {
			path += "/" + name
			m := known[path]
			if m == nil {
				m = n.Add(kinds[j], name)
				known[path] = m
			}
			n = m
		}
		at[n] = append(at[n], i)
	}
	return root, at
}

// ParseSet splits "PATTERN=VALUE" at the first = that is not inside a predicate.
func ParseSet(text string) (spec.Pattern, string, error) {
	depth := 0
	for i, r := range text {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case r == '=' && depth == 0 && i > 0:
			return spec.Pattern(text[:i]), text[i+1:], nil
		}
	}
	return "", "", spec.Errorf(spec.Invalid, "%q is not PATTERN=VALUE", text).
		WithHint("for example %s", fmt.Sprintf("%q", "//WebServer//conf/port=8080"))
}
