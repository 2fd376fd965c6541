package resolver

import (
	"iter"
	"slices"

	"github.com/armonic/armonic/value"
)

// suggestion is a Suggestion and the source that a value taken from it has.
type suggestion struct {
	Suggestion
	source Source
	absent any // see sourced
}

// suggested is the value in force where none is given: the best suggestion.
func (vs *values) suggested(v *variable) sourced {
	for s := range vs.suggestions(v) {
		return sourced{x: s.Value, source: s.source, why: s.Why, absent: s.absent}
	}
	return sourced{}
}

// mostInScope is how many of the nearest variables in scope suggest their defaults, besides
// the farthest.
const mostInScope = 5

// suggestions are the values that v could take, in its type, best first: values in
// scope, nearest first; what was typed below; the defaults in scope, the farthest
// first, since it is the one that the outermost requirer wishes; the own default.
// What cannot be taken is left out.
func (vs *values) suggestions(v *variable) iter.Seq[suggestion] {
	return func(yield func(suggestion) bool) {
		for s := range vs.inScope(v) {
			if value.IsDeferred(s.Value) {
				if !vs.uncertain(v, sourced{x: s.Value, absent: s.absent}) && !yield(s) {
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
func (vs *values) inScope(v *variable) iter.Seq[suggestion] {
	return func(yield func(suggestion) bool) {
		add := func(x sourced, src Source, why string) bool {
			return x.x == nil || x.problem != "" || yield(suggestion{Suggestion{Value: x.x, Why: why}, src, x.absent})
		}
		for g := vs.givenAbove(v.outer); g.w != nil; g = vs.givenAbove(g.w.outer) {
			if !add(*g.x, Suggested, "given for "+g.w.owner()) {
				return
			}
		}
		if v.followsInner() && !add(vs.of(v.inner), Suggested, "given for "+v.inner.owner()) {
			return
		}
		for w := range v.defaultsInScope() {
			if !add(sourced{x: w.Default}, Suggested, "default of "+w.node.Provide.Path.Lifecycle()) {
				return
			}
		}
		why := "default of " + v.node.Provide.Path.Lifecycle()
		if v.Suggests {
			why = "suggested by " + v.node.Provide.Path.Lifecycle() + " on " + string(v.node.Host)
		}
		add(sourced{x: v.Default}, Default, why)
	}
}

// above is a value that is given in scope.
type above struct {
	looked bool
	w      *variable // nil if there is none
	x      *sourced
}

// givenAbove is the nearest value that is given to w or a variable in its scope. What a run
// returns is known only after it would be used.
func (vs *values) givenAbove(w *variable) above {
	switch {
	case w == nil:
		return above{}
	case vs.above[w.index].looked:
		return vs.above[w.index]
	case vs.state[w.index] == underway:
		return vs.givenAbove(w.outer)
	}
	if x, ok := vs.given(w); ok && !w.byRun() && x.x != nil && x.problem == "" {
		vs.above[w.index] = above{true, w, &x}
	} else {
		out := vs.givenAbove(w.outer)
		out.looked = true
		vs.above[w.index] = out
	}
	return vs.above[w.index]
}

// defaultsInScope are the variables in scope that have a default: the farthest, then the
// nearest ones, of those the farthest first.
func (v *variable) defaultsInScope() iter.Seq[*variable] {
	return func(yield func(*variable) bool) {
		if v.outermost == nil || !yield(v.outermost) {
			return
		}
		var near []*variable
		for w := v.outer; w != v.outermost && w != nil && len(near) < mostInScope; w = w.outer {
			if w.Default != nil {
				near = append(near, w)
			}
		}
		for _, w := range slices.Backward(near) {
			if !yield(w) {
				return
			}
		}
	}
}

// offered are the suggestions as a front end lists them: without those that no run
// has returned yet, without repetition; then what somebody may choose: what was given for the
// same variable elsewhere, and all that is possible.
func (vs *values) offered(v *variable) []Suggestion {
	var out []Suggestion
	add := func(s Suggestion) {
		if !slices.ContainsFunc(out, func(o Suggestion) bool { return equal(o.Value, s.Value) }) {
			out = append(out, s)
		}
	}
	for s := range vs.suggestions(v) {
		if !value.IsDeferred(s.Value) {
			add(s.Suggestion)
		}
	}
	choices := vs.elsewhere(v)
	for _, x := range v.OneOf {
		choices = append(choices, Suggestion{Value: x, Why: "possible"})
	}
	for _, s := range choices {
		if x, err := v.Convert(s.Value); err == nil && x != nil {
			add(Suggestion{Value: x, Why: s.Why, Choice: true})
		}
	}
	return out
}

// equal is value.Equal, and quick for texts.
func equal(a, b any) bool {
	s, ok := a.(string)
	t, too := b.(string)
	if ok && too {
		return s == t
	}
	return value.Equal(a, b)
}

// elsewhere are the values given below, where an argument does not take them by itself,
// and for the same variable of other nodes, in tree order. Secrets are not carried over.
func (vs *values) elsewhere(v *variable) []Suggestion {
	const most = 5
	if v.Hidden() {
		return nil
	}
	var out []Suggestion
	if v.role == roleArg && v.inner != nil && !v.followsInner() {
		if x := vs.of(v.inner); x.usable() {
			out = append(out, Suggestion{Value: x.x, Why: "given for " + v.inner.owner()})
		}
	}
	for _, w := range vs.tree.given[v.rel] {
		if len(out) >= most {
			break
		}
		if w.node == v.node {
			continue
		}
		if a := w.answer; a != nil {
			who := "you typed it for "
			if a.Replayed {
				who = "the file gives it for "
			}
			out = append(out, Suggestion{Value: a.shown(), Why: who + string(w.node.Host)})
		}
	}
	return out
}
