package modules

import (
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// moduleTree is all modules as the one tree that targets are looked up in.
type moduleTree struct {
	*report
	root   *query.Node
	owners map[string]*owner // by "Lifecycle/State/provide"
	broken bool              // a file is missing, and with it what it declares
}

const anyHost = "host"

func newModuleTree(r *report, all []*lifecycleValue, broken bool) *moduleTree {
	w := &moduleTree{report: r, root: query.NewRoot(), owners: map[string]*owner{}, broken: broken}
	var defs []*lifecycle.Lifecycle
	for _, v := range all {
		defs = append(defs, v.lc)
		for _, o := range v.owners() {
			w.owners[o.String()] = &o
		}
	}
	lifecycle.Tree(w.root, anyHost, defs...)
	return w
}

// checkTogether checks what a lifecycle says of others.
func (l *loader) checkTogether(all []*lifecycleValue) {
	broken := false
	for _, f := range l.files {
		broken = broken || f.failed && len(f.declared) == 0
	}
	w := newModuleTree(l.report, all, broken)
	met := map[*requireValue][]*owner{}
	var remote []*requireValue
	for _, v := range all {
		for _, o := range v.owners() {
			for _, r := range o.requires {
				w.checkAround(v, r)
				if r.r.Remote() && r.r.Pattern != "" {
					met[r] = w.target(r)
					remote = append(remote, r)
				}
				for _, x := range r.vars {
					w.checkFrom(x)
				}
			}
		}
	}
	for _, r := range remote {
		w.checkArguments(r, met[r], met)
		w.checkRolling(r, met[r])
	}
	findCycles(l.report, all, met)
}

// checkArguments warns of arguments that no variable takes its value from: of the provides
// that meet a require, or of what these require, and so on.
func (w *moduleTree) checkArguments(r *requireValue, by []*owner, met map[*requireValue][]*owner) {
	for _, v := range r.r.Args {
		_, bound := r.r.Bind[v.Name]
		t := takers{met: met, name: v.Name, seen: map[*owner]bool{}, names: map[string]bool{}}
		_, set := r.r.Set[v.Name]
		if len(by) == 0 || bound || set || t.any(by) {
			continue
		}
		hint := interp.DidYouMean(v.Name, slices.Sorted(maps.Keys(t.names)))
		if t.names[v.Name] {
			hint = "what a state is entered with sees no arguments: set it with bind"
		}
		w.warnf(r.positionOf(v.Name), hint, "%s asks for nothing named %q, so the argument has no effect", by[0], v.Name)
	}
}

// takers looks for variables that see an argument.
type takers struct {
	met   map[*requireValue][]*owner
	name  string
	seen  map[*owner]bool
	names map[string]bool // that could have been meant, what states are entered with included
}

// any reports whether a call of one of some provides reaches a variable of that name, or
// something that is not known. What is asked to enter a state sees no arguments, but what
// that requires does.
func (t *takers) any(by []*owner) bool {
	for _, o := range by {
		if t.seen[o] {
			continue
		}
		t.seen[o] = true
		for _, other := range o.of.owners() {
			called := other.String() == o.String()
			if other.provide != "enter" && !called {
				continue
			}
			for _, q := range other.requires {
				if t.takes(q) && called || q.r.Remote() && (len(t.met[q]) == 0 || t.any(t.met[q])) {
					return true
				}
			}
		}
	}
	return false
}

func (t *takers) takes(q *requireValue) bool {
	vars := q.r.Vars
	if q.r.Remote() {
		vars = q.r.Args
	}
	takes := false
	for _, v := range vars {
		t.names[v.Name] = true
		takes = takes || v.Name == t.name && v.FromXPath == ""
	}
	return takes
}

// target gives the provides that can meet a require, and reports if there are none
// or they do not have what the require counts on.
func (w *moduleTree) target(r *requireValue) []*owner {
	at := r.args.place("pattern")
	m, err := query.Find(w.root, onAnyHost(r.r.Pattern))
	if err != nil {
		w.errorf(at, spec.HintOf(err), "%s", spec.AsError(err).Msg)
		return nil
	}
	if m.Folded != "" {
		w.errorf(at, "did you mean '"+string(m.Folded)+"'?", "%s matches no provide of any module", r.r.Pattern)
		return nil
	}
	var out []*owner
	for _, n := range m.Nodes {
		if o := w.owners[n.Path().Relative()]; o != nil && o.provide != "enter" {
			out = append(out, o)
		}
	}
	switch {
	case len(m.Nodes) == 0:
		w.errorf(at, w.nearHint(m.Near), "%s matches no provide of any module", r.r.Pattern)
	case len(out) == 0:
		n := m.Nodes[0]
		w.errorf(at, "go on to one of its provides, as in //WebServer//start", "%s matches the %s %s, which is not a provide that can be called", r.r.Pattern, n.Kind(), n.Path().Relative())
	default:
		w.checkAgreement(r, out)
	}
	return out
}

// nearHint is the hint for a target that nothing matches.
func (w *moduleTree) nearHint(near []spec.Path) string {
	for _, p := range near {
		if n := len(p.Parts()); n == 4 && p.Provide() != "enter" {
			return "did you mean '//" + p.Relative() + "'?"
		}
	}
	if w.broken {
		return "some files could not be loaded, and what they declare is missing"
	}
	for _, p := range near {
		if p.Relative() != "" {
			return "there is '" + p.Relative() + "'"
		}
	}
	return "write \"//Lifecycle//provide\", of a module that is loaded too"
}

// onAnyHost takes the host out of an absolute pattern: no host exists while modules
// are loaded.
func onAnyHost(p spec.Pattern) spec.Pattern {
	rest, ok := strings.CutPrefix(string(p), "/")
	if !ok || strings.HasPrefix(rest, "/") {
		return p
	}
	host, below, ok := strings.Cut(rest, "/")
	if !ok || strings.ContainsAny(host, "[@(*") {
		return p
	}
	return spec.Pattern("/" + anyHost + "/" + below)
}

// checkAgreement compares what a require hands over and uses with the provides that
// can meet it.
func (w *moduleTree) checkAgreement(r *requireValue, by []*owner) {
	returned, taken := map[string]bool{}, map[string]bool{}
	for _, o := range by {
		for _, v := range o.returns {
			returned[v.Name] = true
		}
		for _, other := range o.of.owners() {
			if other.provide != "enter" && other.String() != o.String() {
				continue
			}
			for _, q := range other.requires {
				for _, v := range q.r.Variables() {
					taken[v.Name] = true
				}
			}
		}
	}
	who := by[0].String()
	for _, v := range r.r.Returns {
		if !returned[v.Name] {
			w.errorf(r.positionOf(v.Name), interp.DidYouMean(v.Name, slices.Sorted(maps.Keys(returned))), "%s declares no return %q", who, v.Name)
		}
	}
	for _, theirs := range slices.Sorted(maps.Keys(r.r.Bind)) {
		if !taken[theirs] {
			w.errorf(r.args.place("bind"), interp.DidYouMean(theirs, slices.Sorted(maps.Keys(taken))), "%s asks for nothing named %q that could be bound", who, theirs)
		}
	}
	for _, theirs := range slices.Sorted(maps.Keys(r.r.Set)) {
		_, twice := r.r.Bind[theirs]
		switch {
		case !taken[theirs]:
			w.errorf(r.args.place("set"), interp.DidYouMean(theirs, slices.Sorted(maps.Keys(taken))), "%s asks for nothing named %q that could be set", who, theirs)
		case twice:
			w.errorf(r.args.place("set"), "leave one of them out", "%q is set, and bound as well", theirs)
		}
	}
}

// positionOf is where a variable of the require was declared.
func (r *requireValue) positionOf(name string) string {
	for _, v := range r.vars {
		if v.name == name {
			return v.position.String()
		}
	}
	return r.position.String()
}

// checkFrom sees that the variable whose value another takes exists.
func (w *moduleTree) checkFrom(x *varValue) {
	if x.v.FromXPath == "" {
		return
	}
	at := x.position.at("from_xpath")
	hint := "write \"Lifecycle/State/provide/require/variable\""
	m, err := query.Find(w.root, onAnyHost(spec.Pattern(x.v.FromXPath)))
	if err != nil {
		w.errorf(at, hint, "%s", spec.AsError(err).Msg)
		return
	}
	for _, n := range m.Nodes {
		if n.Kind() == query.Variable && m.Folded == "" {
			return
		}
	}
	for _, p := range m.Near {
		if p.Variable() != "" {
			hint = "did you mean '" + p.Relative() + "'?"
			break
		}
	}
	w.errorf(at, hint, "from_xpath %s matches no variable of any module", x.v.FromXPath)
}
