package journal

import (
	"strings"

	"github.com/armonic/armonic/spec"
)

// redactor is secrets that must not be kept within a text: a line of a log, a message.
type redactor map[string]bool

const shortest = 4 // a shorter secret is part of too many other words

func (r redactor) learn(in spec.Inputs) {
	for _, sets := range in {
		for _, set := range sets {
			for _, x := range set {
				r.value(x)
			}
		}
	}
}

func (r redactor) fault(f *spec.Fault) {
	for ; f != nil; f = f.Earlier {
		r.learn(f.Step.Inputs)
	}
}

func (r redactor) value(x any) {
	switch y := x.(type) {
	case spec.Secret:
		if len(y.Reveal()) >= shortest {
			r[y.Reveal()] = true
		}
	case []any:
		for _, z := range y {
			r.value(z)
		}
	case map[string]any:
		for _, z := range y {
			r.value(z)
		}
	}
}

// without gives a text without them, and as JSON can keep it.
func (r redactor) without(text string) string {
	for word := range r {
		text = strings.ReplaceAll(text, word, spec.Secret("").String())
	}
	return strings.ToValidUTF8(text, "�")
}

func (r redactor) from(texts []string) []string {
	var out []string
	for _, t := range texts {
		out = append(out, r.without(t))
	}
	return out
}

func (r redactor) fromError(e *spec.Error) *spec.Error {
	if e == nil {
		return nil
	}
	return &spec.Error{Kind: e.Kind, Op: r.without(e.Op), At: r.without(e.At), Msg: r.without(e.Msg), Hint: r.without(e.Hint)}
}
