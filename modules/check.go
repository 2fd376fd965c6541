package modules

import (
	"maps"
	"slices"
	"strconv"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/spec"
)

// withoutReplaced leaves out the lifecycles that yield to others of the same names.
func (l *loader) withoutReplaced() []*lifecycleValue {
	var out []*lifecycleValue
	own := map[string]bool{}
	for _, f := range l.order {
		for _, v := range f.declared {
			own[v.name] = own[v.name] || !f.yields
		}
	}
	for _, f := range l.order {
		for _, v := range f.declared {
			if !f.yields || !own[v.name] {
				out = append(out, v)
			}
		}
	}
	return out
}

// checkAll checks all lifecycles, and gives those that the set is made of. One that yields to
// others is left out if it needs what is not there since another yielded.
func (l *loader) checkAll() []*lifecycleValue {
	all := l.checkEach(l.withoutReplaced())
	for {
		before := *l.report
		l.seen = maps.Clone(l.seen)
		l.checkTogether(all)
		left := slices.DeleteFunc(slices.Clone(all), func(v *lifecycleValue) bool { return l.leaveOut(v, l.errs[len(before.errs):]) })
		if len(left) == len(all) {
			return all
		}
		all, *l.report = left, before
	}
}

// leaveOut reports whether a lifecycle is to be left out for one of some errors.
func (l *loader) leaveOut(v *lifecycleValue, errs []*spec.Error) bool {
	name := FileOf(v.lc.Source)
	i := slices.IndexFunc(errs, func(e *spec.Error) bool { return FileOf(e.At) == name })
	if i < 0 || !l.files[name].yields || !slices.ContainsFunc(l.order, func(f *file) bool { return !f.yields }) {
		return false
	}
	l.set.LeftOut = append(l.set.LeftOut, &spec.Error{Kind: spec.NotFound, At: v.position.String(), Msg: v.name + " is left out: " + errs[i].Msg,
		Hint: "a module of yours has taken the place of one that it needs"})
	return true
}

// checkEach checks each lifecycle by itself, and that no two have one name. It
// gives those that the set is made of.
func (l *loader) checkEach(all []*lifecycleValue) []*lifecycleValue {
	var out []*lifecycleValue
	first := map[string]*lifecycleValue{}
	for _, v := range all {
		if other, ok := first[v.name]; ok {
			l.errorf(v.args.place("name"), "rename one of them, or leave one file out", "lifecycle %q is declared twice, first at %s", v.name, other.position)
			continue
		}
		first[v.name] = v
		for _, e := range Errors(v.lc.Validate()) {
			at := e.At
			if _, line, _ := splitAt(at); line == 0 {
				at = v.position.String()
			}
			l.errorf(at, e.Hint, "%s", e.Msg)
		}
		l.checkFlags(v)
		out = append(out, v)
	}
	return out
}

// checkFlags warns of flags that nothing looks at.
func (l *loader) checkFlags(v *lifecycleValue) {
	states := v.everyState()
	for _, s := range states {
		for _, p := range s.provides {
			for _, flag := range slices.Sorted(maps.Keys(p.p.Flags)) {
				if !slices.ContainsFunc(states, func(s *stateValue) bool { return v.handles(s.cross, flag) }) {
					l.warnf(p.args.place("flags"), "a state handles it in its cross function: if flags.get("+strconv.Quote(flag)+"): …",
						"no state of %s handles the flag %q of %s", v.name, flag, p.name)
				}
			}
		}
	}
}

// everyState lists the states with the implementations of metastates.
func (v *lifecycleValue) everyState() []*stateValue {
	var out []*stateValue
	for _, s := range v.states {
		out = append(append(out, s.implementations...), s)
	}
	return out
}

// handles reports whether a cross function looks at a flag, or may do so: it names
// it, or uses the flags in a way that does not tell which.
func (v *lifecycleValue) handles(cross *starlark.Function, flag string) bool {
	if cross == nil {
		return false
	}
	file, ok := v.defs(cross)
	if !ok || cross.NumParams() < 2 {
		return true
	}
	def, ok := file.defs[placeOf(cross.Position())]
	if !ok {
		return true
	}
	param, _ := cross.Param(1)
	var uses, clear int
	named := false
	known := func(x syntax.Expr) {
		if id, ok := x.(*syntax.Ident); ok && id.Name == param {
			clear++
		}
	}
	syntax.Walk(def, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Ident:
			if n.Name == param {
				uses++
			}
		case *syntax.DotExpr:
			known(n.X)
			named = named || n.Name.Name == flag
		case *syntax.IndexExpr:
			known(n.X)
		case *syntax.BinaryExpr:
			known(n.Y)
		case *syntax.Literal:
			named = named || n.Value == flag
		}
		return true
	})
	return named || uses-1 > clear // one use is the parameter itself
}

// owner is what has requires: a state that is entered, or a provide.
type owner struct {
	of       *lifecycleValue
	state    string // as it is named on the stack
	provide  string // "enter" for the state itself
	requires []*requireValue
	returns  []spec.Variable
}

func (o owner) String() string { return o.of.name + "/" + o.state + "/" + o.provide }

// owners lists all of a lifecycle, in the order declared.
func (v *lifecycleValue) owners() []owner {
	var out []owner
	add := func(s *stateValue, name string) {
		out = append(out, owner{of: v, state: name, provide: "enter", requires: s.requires})
		for _, p := range s.provides {
			out = append(out, owner{of: v, state: name, provide: p.name, requires: p.requires, returns: p.p.Returns})
		}
	}
	for _, s := range v.states {
		for _, impl := range s.implementations {
			add(impl, s.name+"."+impl.name)
		}
		add(s, s.name)
	}
	return out
}
