package resolver

import (
	"iter"

	"github.com/armonic/armonic/value"
)

// suggestion is a Suggestion and the source that a value taken from it has.
type suggestion struct {
	Suggestion
	source Source
}

// suggested is the value in force where none is given: the best suggestion.
func (vs *values) suggested(v *variable) sourced {
	for s := range vs.suggestions(v) {
		return sourced{x: s.Value, source: s.source, why: s.Why}
	}
	return sourced{}
}

// suggestions are the values that v could take, in its type, best first: values in
// scope, nearest first; what was typed below; the defaults in scope, the farthest
// first, since it is the one that the outermost requirer wishes; the own default.
// What cannot be taken is left out.
func (vs *values) suggestions(v *variable) iter.Seq[suggestion] {
	return func(yield func(suggestion) bool) {
		for _, s := range vs.inScope(v) {
			if value.IsDeferred(s.Value) {
				if !yield(s) {
					return
				}
				continue
			}
			x, err := v.Convert(s.Value)
			if err != nil || x == nil {
				continue
			}
			if s.Value = x; !yield(s) {
				return
			}
		}
	}
}

// inScope are all values that could be suggested for v, as the variables that they
// come from have them.
func (vs *values) inScope(v *variable) []suggestion {
	var out []suggestion
	add := func(x any, src Source, why string) {
		if x != nil {
			out = append(out, suggestion{Suggestion{x, why}, src})
		}
	}
	chain := v.chain()
	for _, w := range chain {
		if w.byRun() {
			continue // known only after v has been used
		}
		if x, ok := vs.givenTo(w); ok {
			add(x, Suggested, "given for "+w.owner())
		}
	}
	if v.inner != nil && (v.role == roleArg || v.role == roleReturn) {
		if x := vs.of(v.inner); x.usable() {
			add(x.x, Suggested, "given for "+v.inner.owner())
		}
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if chain[i].Default != nil {
			add(chain[i].Default, Suggested, "default of "+chain[i].node.Provide.Path.Lifecycle())
		}
	}
	if v.Default != nil {
		why := "default of " + v.node.Provide.Path.Lifecycle()
		if v.Suggests {
			why = "suggested by " + v.node.Provide.Path.Lifecycle() + " on " + string(v.node.Host)
		}
		add(v.Default, Default, why)
	}
	return out
}

// offered are the suggestions as a front end lists them: without those that no run
// has returned yet, without repetition, with what was given for the same variable
// elsewhere, and with all that is possible.
func (vs *values) offered(v *variable) []Suggestion {
	var out []Suggestion
	seen := map[string]bool{}
	add := func(x any, why string) {
		if k := value.Digest(x); !seen[k] {
			seen[k] = true
			out = append(out, Suggestion{x, why})
		}
	}
	for s := range vs.suggestions(v) {
		if !value.IsDeferred(s.Value) {
			add(s.Value, s.Why)
		}
	}
	other := vs.elsewhere(v)
	for _, x := range v.OneOf {
		other = append(other, Suggestion{x, "possible"})
	}
	for _, s := range other {
		if x, err := v.Convert(s.Value); err == nil && x != nil {
			add(x, s.Why)
		}
	}
	return out
}

// elsewhere are the values given for the same variable of other nodes, in tree order.
// Secrets are not carried over.
func (vs *values) elsewhere(v *variable) []Suggestion {
	const most = 5
	if v.Hidden() {
		return nil
	}
	var out []Suggestion
	for _, w := range vs.tree.given[v.rel] {
		if w.node == v.node || len(out) == most {
			continue
		}
		if a, ok := vs.answers[w.key()]; ok {
			out = append(out, Suggestion{a.shown(), "you gave it for " + string(w.node.Host)})
		}
	}
	return out
}
