package deploy

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// answersVersion is the version of the file's format.
const answersVersion = "1"

// AnswersFile is a saved deployment: every decision, as YAML that a person can
// read and edit. See docs/answers.md.
type AnswersFile struct {
	Name    string // of the file, for messages
	Provide spec.Pattern
	Answers resolver.Answers
	Hosts   []HostValues
}

// Replay takes the answers of a file. The error is spec.Invalid if it is for
// another provide, or that of Groups.Expand.
func (s *Session) Replay(f *AnswersFile) error {
	if absolute(f.Provide) != absolute(s.root) {
		return spec.Errorf(spec.Invalid, "%s answers %s, not %s", f.Name, f.Provide, s.root).
			WithHint("deploy %s, or save a file for %s", f.Provide, s.root)
	}
	s.remember()
	for k, a := range f.Answers {
		if hosts, ok := a.Value.([]spec.Host); ok {
			known, err := s.groups.Expand(hosts, s.fleet)
			if err != nil {
				e := *spec.AsError(err)
				e.At = f.Name
				return &e
			}
			a.Value = known
		}
		s.answers[k] = a
	}
	s.result = nil
	return s.setOnHosts(f.Hosts, f.Name)
}

// absolute writes a relative pattern as the one from anywhere that it stands for.
func absolute(p spec.Pattern) spec.Pattern {
	if strings.HasPrefix(string(p), "/") {
		return p
	}
	return "//" + p
}

// UnusedReplayed lists the answers from a file that no question asked for, as
// "node: name". With known, only those of nodes of which it is known what they ask: the
// others may be left from before an answer was changed, or wait for another one.
func (s *Session) UnusedReplayed(known bool) []string {
	var out []string
	for _, k := range s.Result().Unused {
		if n := s.Result().Node(k.Node); !s.answers[k].Replayed || known && (n == nil || !n.Several && len(n.Route.Steps) == 0) {
			continue
		}
		if _, stands := s.standingAnswer(k); stands {
			continue
		}
		name := k.Name
		if name == "" {
			name = string(k.Kind)
		}
		out = append(out, string(k.Node)+": "+name)
	}
	slices.Sort(out)
	return out
}
