package deploy

import (
	"fmt"
	"slices"
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
	expr  *query.Expr   // of values: which variables; of nodes: which provides
	name  string        // of hosts and rolling: which require; of nodes: which node
	kind  resolver.Kind // of nodes: what is decided
	hosts *hostRule     // of all that is asked on some hosts
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
// "Configured.enter.websites", or with the id of its node, "./Configured.enter.websites". Hosts
// may be patterns and groups; the error is that of Groups.Expand.
func (s *Session) SetHosts(require, hosts string) error {
	if _, err := s.groups.Expand(ParseHosts(hosts), s.fleet); err != nil {
		return err
	}
	s.addRule(&rule{text: require, value: hosts, name: require})
	return nil
}

// SetRolling decides how a require is rolled out that is given several times, as
// spec.ParseRolling reads it. The require is named as in SetHosts; "hosts" is that of a deployment on several.
func (s *Session) SetRolling(require, how string) error {
	if _, err := spec.ParseRolling(how); err != nil {
		return err
	}
	s.addRule(&rule{text: require, value: how, name: require, kind: resolver.AskRoll})
	return nil
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
	return s.unusedRules()
}

func (s *Session) unusedRules() []string {
	var out []string
	for _, r := range s.rules {
		if len(r.done) > 0 {
			continue
		}
		if _, stands := s.standingRule(r); !stands {
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
	var tree *variableTree // for all rules, until one decides how many sets there are
	for _, r := range s.rules {
		if tree == nil && (r.expr != nil || r.hosts != nil) {
			tree = newVariableTree(s.result)
			tree.addSets(s.result, s.texts(), s.Answered)
		}
		for _, k := range r.fits(s.result, tree) {
			if r.done[k] {
				continue
			}
			r.done[k] = true
			if k.Kind == resolver.AskCount {
				tree = nil
			}
			if r.hosts != nil {
				if !s.Answered(k) {
					s.answers[k] = resolver.Answer{Value: r.hosts.given, Replayed: true}
					changed = true
				}
				continue
			}
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

// texts are the rules as they were given.
func (s *Session) texts() []string {
	out := make([]string, len(s.rules))
	for i, r := range s.rules {
		if out[i] = r.text; r.hosts != nil {
			out[i] = r.hosts.rel
		}
	}
	return out
}

// fits lists the questions that the rule is about, and those that would be asked if it was
// answered: of a set of a require that need not be given, unless that is decided.
func (r *rule) fits(res *resolver.Result, tree *variableTree) []resolver.Key {
	var out []resolver.Key
	switch {
	case r.kind == resolver.AskRoll:
		return r.rolled(res)
	case r.kind != "":
		return r.nodes(res)
	case r.hosts != nil:
		return r.hosts.fits(tree)
	}
	if r.expr == nil {
		for i := range res.Questions {
			if r.names(res, &res.Questions[i]) {
				out = append(out, res.Questions[i].Key)
			}
		}
		return out
	}
	nodes, _ := r.expr.Select(tree.root) // one that cannot be evaluated fits nothing
	one := spec.Path(r.text)
	for _, n := range nodes {
		if oneSet(one) && n.Path() != one {
			continue // XPath counts otherwise
		}
		out = append(out, tree.at[n]...)
	}
	return slices.DeleteFunc(out, func(k resolver.Key) bool {
		first, more := tree.first[k]
		return more && slices.Contains(out, first) // any set is meant, not just this one
	})
}

// oneSet reports whether a pattern is the path of a variable of one set, …/conf[1]/port, which
// means nothing else.
func oneSet(p spec.Path) bool {
	_, set := p.Require()
	return set > 0 && !strings.HasPrefix(string(p), "//") && len(p.Parts()) == len(variableLevels())
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
	case resolver.AskManage, resolver.AskChoose, resolver.AskValue, resolver.AskReturn, resolver.AskPath, resolver.AskCall, resolver.AskRoll:
		return false
	}
	return r.isAbout(id)
}

// isAbout reports whether a rule of hosts names a require, or the node that meets it.
func (r *rule) isAbout(id string) bool {
	return id == r.name || strings.HasSuffix(id, "/"+r.name) || strings.HasSuffix(id, "."+r.name)
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
