package resolver

import "github.com/armonic/armonic/spec"

// suggestion is a Suggestion and the source that a value taken from it has.
type suggestion struct {
	Suggestion
	source Source
}

// suggestions are the values that v could take, best first: values in scope,
// nearest first; what was typed below; the defaults in scope, the farthest first,
// since it is the one that the outermost requirer wishes; the own default.
func (b *builder) suggestions(v *variable) []suggestion {
	var out []suggestion
	add := func(x any, src Source, why string) {
		if x != nil {
			out = append(out, suggestion{Suggestion{x, why}, src})
		}
	}
	var chain []*variable
	for w := v.nearest(); w != nil && len(chain) < maxDepth; w = w.nearest() {
		chain = append(chain, w)
		if w == v {
			break
		}
	}
	for _, w := range chain {
		if w.role == roleReturn && !w.child.Unmanaged {
			continue // known only after v has been used
		}
		if x, ok := b.hardOf(w); ok {
			add(x.x, Suggested, "given for "+w.owner())
		}
	}
	if v.reverse != nil && (v.role == roleArg || v.role == roleReturn) {
		if x := b.eval(v.reverse); x.known() {
			add(x.x, Suggested, "given for "+v.reverse.owner())
		}
	}
	for i := len(chain) - 1; i >= 0; i-- {
		add(chain[i].Default, Suggested, "default of "+chain[i].node.Provide.Path.Lifecycle())
	}
	if v.Suggests {
		add(v.Default, Default, "suggested by "+v.node.Provide.Path.Lifecycle()+" on "+string(v.node.Host))
	} else {
		add(v.Default, Default, "default of "+v.node.Provide.Path.Lifecycle())
	}
	return out
}

// hardOf is a known hard value of w. A variable that is being evaluated has none.
func (b *builder) hardOf(w *variable) (value, bool) {
	if w.state == 1 {
		return value{}, false
	}
	x, ok := b.hard(w)
	return x, ok && x.x != nil && x.problem == ""
}

// shown are the suggestions as a front end lists them: without what cannot be
// taken, without repetition, and with what was typed for the same variable elsewhere.
func (b *builder) shown(v *variable) []Suggestion {
	var out []Suggestion
	seen := map[string]bool{}
	add := func(s Suggestion) {
		if _, deferred := s.Value.(spec.Deferred); deferred {
			return // not a value yet
		}
		x, err := v.Convert(s.Value)
		if err != nil || x == nil {
			return
		}
		if k := canon(x); !seen[k] {
			seen[k] = true
			out = append(out, Suggestion{x, s.Why})
		}
	}
	for _, s := range b.suggestions(v) {
		add(s.Suggestion)
	}
	if !v.Hidden() {
		for _, g := range b.elsewhere(v) {
			add(g)
		}
	}
	for _, x := range v.OneOf {
		add(Suggestion{x, "possible"})
	}
	return out
}

// elsewhere are the values typed for the same variable of other nodes, in tree order.
func (b *builder) elsewhere(v *variable) []Suggestion {
	const most = 5
	var out []Suggestion
	for _, w := range b.given[v.rel] {
		if w.node == v.node || len(out) == most {
			continue
		}
		if a, ok := b.answers[w.key()]; ok {
			out = append(out, Suggestion{a.Value, "you gave it for " + string(w.node.Host)})
		}
	}
	return out
}

// owner says whose variable it is: "WebSite on web1".
func (v *variable) owner() string {
	s := v.node.Provide.Path.Lifecycle()
	if v.node.Host != "" {
		s += " on " + string(v.node.Host)
	}
	return s
}
