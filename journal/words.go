package journal

import (
	"strings"

	"github.com/armonic/armonic/spec"
)

// words are secrets that must not be kept within a text: a line of a log, a message.
type words map[string]bool

const shortest = 4 // a shorter secret is part of too many other words

func (w words) learn(in spec.Inputs) {
	for _, sets := range in {
		for _, set := range sets {
			for _, x := range set {
				w.value(x)
			}
		}
	}
}

func (w words) fault(f *spec.Fault) {
	for ; f != nil; f = f.Earlier {
		w.learn(f.Step.Inputs)
	}
}

func (w words) value(x any) {
	switch y := x.(type) {
	case spec.Secret:
		if len(y.Reveal()) >= shortest {
			w[y.Reveal()] = true
		}
	case []any:
		for _, z := range y {
			w.value(z)
		}
	case map[string]any:
		for _, z := range y {
			w.value(z)
		}
	}
}

// without gives a text without them, and as JSON can keep it.
func (w words) without(text string) string {
	for word := range w {
		text = strings.ReplaceAll(text, word, spec.Secret("").String())
	}
	return strings.ToValidUTF8(text, "�")
}

func (w words) from(texts []string) []string {
	var out []string
	for _, t := range texts {
		out = append(out, w.without(t))
	}
	return out
}

func (w words) fromError(e *spec.Error) *spec.Error {
	if e == nil {
		return nil
	}
	return &spec.Error{Kind: e.Kind, Op: w.without(e.Op), At: w.without(e.At), Msg: w.without(e.Msg), Hint: w.without(e.Hint)}
}
