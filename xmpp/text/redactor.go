package text

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// leastSecret is how long a secret must be to be looked for: shorter ones are parts of
// everything.
const leastSecret = 4

// Redactor takes the secrets that a run was given out of what is shown. Modules do so
// already; what is said in a room cannot be taken back.
type Redactor struct{ secrets []string } // the longest first

// RedactorOf knows the secrets of a run.
func RedactorOf(run spec.Run) Redactor {
	var r Redactor
	for _, step := range run.Steps {
		for _, sets := range step.Inputs {
			for _, set := range sets {
				r.learn(map[string]any(set))
			}
		}
	}
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	return r
}

func (r *Redactor) learn(x any) {
	switch y := x.(type) {
	case spec.Secret:
		for line := range strings.SplitSeq(y.Reveal(), "\n") { // logs are lines
			if len(line) >= leastSecret && !slices.Contains(r.secrets, line) {
				r.secrets = append(r.secrets, line)
			}
		}
	case []any:
		for _, z := range y {
			r.learn(z)
		}
	case map[string]any:
		for _, z := range y {
			r.learn(z)
		}
	}
}

// Redact takes the secrets out of a text, and cuts it.
func (r Redactor) Redact(s string, most int) string {
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, spec.Secret("").String())
	}
	return Short(s, most)
}

// Error is an error as people may see it.
func (r Redactor) Error(err *spec.Error, most int) *spec.Error {
	if err == nil {
		return nil
	}
	e := *err
	e.Err = nil
	e.Msg, e.Hint, e.At = r.Redact(e.Msg, most), r.Redact(e.Hint, most), r.Redact(e.At, most)
	return &e
}
