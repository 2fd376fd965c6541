package deploy

import (
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/value"
)

// generate answers the questions for secrets that are made at random, unless somebody or
// another variable decides them, and reports whether there was one. So each has one value
// in a session, whatever else is answered, and saved answers have it. A state that is entered again
// keeps what it has.
func (s *Session) generate() (made bool) {
	if s.result == nil {
		return false
	}
	for i := range s.result.Questions {
		q := &s.result.Questions[i]
		again := s.appliedSets(q.Path.Cut(2), q.Path.State(), requireOf(q)) != nil
		if q.Var.Generate == 0 || q.Key.Kind != resolver.AskValue || s.Answered(q.Key) || q.Fixed || q.Value != nil || again {
			continue
		}
		if value.IsDeferred(q.Value) || q.Status == resolver.AtRun {
			continue
		}
		s.answers[q.Key] = resolver.Answer{Value: q.Var.Random(), Typed: true, Random: true}
		made = true
	}
	return made
}

func requireOf(q *resolver.Question) string {
	name, _ := q.Path.Require()
	return name
}
