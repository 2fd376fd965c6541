package deploy

import (
	"maps"
	"strings"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Session plans one deployment. It is not for concurrent use: a front end touches
// it from one place; only what Fetch returns may run elsewhere.
type Session struct {
	fleet   Fleet
	root    spec.Pattern
	facts   resolver.Facts
	answers resolver.Answers
	undo    []resolver.Answers
	redo    []resolver.Answers
	rules   []*rule
	groups  Groups
	asked   map[resolver.NeedKey]int // being fetched, by which fetch
	fetches int
	result  *resolver.Result // nil: to be computed

	// What was looked up for one result.
	looked     *resolver.Result
	hosts      map[spec.Host]*standingOn
	tree       *query.Node // see appliedTree
	treeValues map[*query.Node]any
}

// NewSession starts to plan the provide that root matches.
func NewSession(f Fleet, root spec.Pattern) *Session {
	s := &Session{
		fleet:   f,
		root:    root,
		answers: resolver.Answers{},
		asked:   map[resolver.NeedKey]int{},
		facts:   resolver.Facts{Learned: map[resolver.NeedKey]resolver.Fact{}},
	}
	s.Refresh()
	return s
}

// SetGroups says which groups of hosts there are. It comes before decisions.
func (s *Session) SetGroups(g Groups) { s.groups = g }

// Groups are the groups of hosts that there are.
func (s *Session) Groups() Groups { return s.groups }

// DeployOn says on which hosts the provide is deployed: one, or several, each on its own, if
// names are more than one, or a pattern, or a group. The error is that of Groups.Expand.
func (s *Session) DeployOn(names []spec.Host) error {
	one, several := resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.RootHosts()
	if len(names) == 1 && !IsPattern(string(names[0])) {
		s.Clear(several)
		s.Answer(one, names[0])
		return nil
	}
	hosts, err := s.groups.Expand(names, s.fleet)
	if err != nil {
		return err
	}
	s.Clear(one)
	s.Answer(several, hosts)
	return nil
}

// Fleet is where the session's agents are.
func (s *Session) Fleet() Fleet { return s.fleet }

// Pattern is the root's.
func (s *Session) Pattern() spec.Pattern { return s.root }

// Refresh reads again which hosts there are, and forgets what hosts that were not
// reachable failed to answer.
func (s *Session) Refresh() {
	s.facts.Hosts = map[spec.Host]resolver.HostFact{}
	for _, h := range s.fleet.Hosts() {
		s.facts.Hosts[h.Host] = resolver.HostFact{Online: h.Link == spec.LinkOn, Why: h.Why}
	}
	maps.DeleteFunc(s.facts.Learned, func(_ resolver.NeedKey, f resolver.Fact) bool {
		return f.Err != nil && f.Err.Kind == spec.Unavailable
	})
	s.result = nil
}

// Forget drops everything that was learned from agents, so that it is asked again:
// hosts may have moved on. Answers that are on their way do not count any more.
func (s *Session) Forget() {
	s.asked = map[resolver.NeedKey]int{}
	s.facts.Learned = map[resolver.NeedKey]resolver.Fact{}
	s.Refresh()
}

// Result is what follows from what is known now. It must not be changed.
func (s *Session) Result() *resolver.Result {
	for s.result == nil {
		s.result = resolver.Resolve(s.root, s.facts, s.answers)
		s.keepTyped()
		if s.applyRules() || s.enterAgain() || s.keepApplied() || s.generate() {
			s.result = nil
		}
	}
	return s.result
}

// Answer takes a decision: a value in the type of the question, or a resolver.Text,
// which is read here. It may be taken for other questions of the same type as well: then Undo
// takes all of them back.
func (s *Session) Answer(k resolver.Key, value any, also ...resolver.Key) {
	answer := s.typed(k, value)
	s.remember()
	s.set(k, answer)
	for _, x := range also {
		s.set(x, answer)
	}
}

// Clear forgets a decision.
func (s *Session) Clear(k resolver.Key) {
	if _, ok := s.answers[k]; !ok {
		return
	}
	s.remember()
	delete(s.answers, k)
	s.result = nil
}

// Answered reports whether there is a decision for k.
func (s *Session) Answered(k resolver.Key) bool {
	_, ok := s.answers[k]
	return ok
}

// Answers are all decisions so far.
func (s *Session) Answers() resolver.Answers { return maps.Clone(s.answers) }

// SetAnswers decides what was decided in another session. Undo does not take it back.
func (s *Session) SetAnswers(a resolver.Answers) {
	maps.Copy(s.answers, a)
	s.result = nil
}

func (s *Session) set(k resolver.Key, a resolver.Answer) {
	s.answers[k] = a
	s.result = nil
}

// typed gives a decision in the type of its question. A text that is refused, or whose
// question is not known yet, stays one: Resolve says what is wrong with it.
func (s *Session) typed(k resolver.Key, x any) resolver.Answer {
	text, isText := x.(resolver.Text)
	if !isText {
		return resolver.Answer{Value: x, Typed: true}
	}
	switch k.Kind {
	case resolver.AskHost:
		x = spec.Host(strings.TrimSpace(string(text)))
	case resolver.AskHosts:
		hosts := ParseHosts(string(text))
		if known, err := s.groups.Expand(hosts, s.fleet); err == nil {
			hosts = known
		}
		x = hosts
	case resolver.AskChoose:
		x = string(text)
	case resolver.AskManage, resolver.AskCount, resolver.AskValue, resolver.AskReturn, resolver.AskPath, resolver.AskCall, resolver.AskRoll:
		q := s.Result().Question(k)
		if q == nil {
			return resolver.Answer{Value: x}
		}
		typed, err := q.Var.ParseInput(string(text))
		if err != nil {
			return resolver.Answer{Value: x}
		}
		x = typed
	}
	return resolver.Answer{Value: x, Typed: true}
}

// keepTyped notes the type that Resolve gave to answers of which nobody knew the
// question when they came, such as those of a file, so that it does so once.
func (s *Session) keepTyped() {
	for i := range s.result.Questions {
		q := &s.result.Questions[i]
		a, ok := s.answers[q.Key]
		if ok && !a.Typed && q.Status != resolver.Wrong && (q.Source == resolver.You || q.Source == resolver.Replayed) {
			s.answers[q.Key] = resolver.Answer{Value: q.Value, Typed: true, Replayed: a.Replayed}
		}
	}
}

// remember makes the answers of now what Undo goes back to.
func (s *Session) remember() {
	s.undo = append(s.undo, maps.Clone(s.answers))
	s.redo = nil
}

// Undo takes the last decision back; false if there is none.
func (s *Session) Undo() bool { return s.swap(&s.undo, &s.redo) }

// Redo takes the last Undo back; false if there is none.
func (s *Session) Redo() bool { return s.swap(&s.redo, &s.undo) }

func (s *Session) swap(from, to *[]resolver.Answers) bool {
	n := len(*from)
	if n == 0 {
		return false
	}
	*to = append(*to, s.answers)
	s.answers, *from = (*from)[n-1], (*from)[:n-1]
	s.result = nil
	for _, r := range s.rules { // a rule applies again where its answer is gone
		maps.DeleteFunc(r.done, func(k resolver.Key, _ bool) bool { return !s.Answered(k) })
	}
	return true
}

// Accept takes what is acceptable of every question, and returns how many that were.
// New questions may follow.
func (s *Session) Accept() int {
	taken := map[resolver.Key]any{}
	for _, q := range s.Result().Questions {
		if x := q.Acceptable(); x != nil {
			taken[q.Key] = x
		}
	}
	if len(taken) == 0 {
		return 0
	}
	s.remember()
	for k, v := range taken {
		s.set(k, resolver.Answer{Value: v, Typed: true})
	}
	return len(taken)
}
