package lifecycle_test

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

type requiresCase struct {
	Lifecycle, Provide string
	Requires           []struct {
		Class, Name, Nargs, XPath string
		Variables                 []caseVariable
		Args                      []caseVariable `json:"provide_args"`
		Returns                   []caseVariable `json:"provide_ret"`
	}
	Checks []struct {
		Values [][2]any
		Result struct {
			OK      *bool
			Errors  bool
			Error   string
			Message string
			Sets    map[string][][]struct {
				Name  string
				Value any
				Error *string
			}
		}
	}
}

// asked is a require of a case: as declared there and as declared here.
type asked struct {
	vars []caseVariable
	ours []spec.Variable
	spec.Require
}

func TestOracleRequires(t *testing.T) {
	all := newTally(t)
	eachCase(t, "variables/vcase_*.json", func(name string, c requiresCase) {
		if len(c.Requires) == 0 {
			return // of one variable
		}
		all.cases++
		all.requires(name, c)
	})
	all.report("requires")
}

func (c *tally) requires(name string, rc requiresCase) {
	var all []asked
	var declared []spec.Require
	for _, r := range rc.Requires {
		n, err := spec.ParseNargs(r.Nargs)
		if err != nil {
			c.Fatal(err)
		}
		a := asked{vars: slices.Concat(r.Variables, r.Args, r.Returns)}
		a.Require = spec.Require{Name: r.Name, Nargs: n, Pattern: spec.Pattern(r.XPath)}
		a.Vars = c.declare(name, r.Variables)
		a.Args = c.declare(name, r.Args)
		a.Returns = c.declare(name, r.Returns)
		switch r.Class {
		case "RequireLocal":
			a.Kind = spec.Local
		case "RequireExternal":
			a.Kind = spec.External
			a.vars = append([]caseVariable{{Name: spec.HostVariable, Type: "ArmonicHost", Required: true}}, a.vars...)
		}
		a.ours = a.Variables()
		all = append(all, a)
		declared = append(declared, a.Require)
	}
	var seen spec.Inputs
	l := &lifecycle.Lifecycle{Name: rc.Lifecycle, States: []*lifecycle.State{{Name: "B", Provides: []*lifecycle.Provide{{
		Name: rc.Provide, Provide: spec.Provide{Requires: declared},
		Do: func(_ context.Context, call *lifecycle.Call) (any, error) {
			seen = call.Inputs
			return nil, nil
		},
	}}}}}
	e, err := lifecycle.New(l, lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "HOST"}})
	if err != nil {
		c.Fatalf("%s: %v", name, err)
	}
	for i, k := range rc.Checks {
		c.checks++
		given, plainly := c.given(all, k.Values)
		step := spec.Step{Action: spec.Call, State: "B", Provide: rc.Provide, Inputs: given}
		work := spec.Work{Lifecycle: rc.Lifecycle, Steps: []spec.Step{step}}
		c.nargs(name, i, all, given, e.Check(context.Background(), work))
		c.undeclared(all, given, plainly)
		problems := e.Check(context.Background(), work)
		want := c.filled(all, plainly)

		// What the engine says of the sets is what each variable says of its value.
		var wrong, got []string
		for _, a := range all {
			for n, set := range want[a.Name] {
				for _, v := range a.ours {
					if _, err := v.Convert(set[v.Name]); err != nil {
						wrong = append(wrong, string(spec.MakePath("HOST", rc.Lifecycle, "B", rc.Provide, spec.Indexed(a.Name, n), v.Name)))
					}
				}
			}
		}
		for _, p := range problems {
			got = append(got, string(p.Path))
		}
		if diff := cmp.Diff(wrong, got); diff != "" {
			c.Errorf("%s check %d: wrong variables, -want +got:\n%s\n%v", name, i, diff, k.Values)
		}

		// And what each variable says is what the original says, as far as it looked.
		if k.Result.OK != nil && !*k.Result.OK {
			c.crashed(name, i, all, plainly, verdict{crash: k.Result.Error, error: k.Result.Message})
			continue
		}
		first := c.compare(name, i, all, plainly, k.Result.Sets)
		if first != k.Result.Errors {
			c.Errorf("%s check %d: the original found errors: %v, and shows one: %v", name, i, k.Result.Errors, first)
		}
		if len(got) > 0 {
			if first && len(got) > 1 {
				c.allow("38")
			}
			continue
		}
		if _, err := doStep(context.Background(), e, "r", step, lifecycle.Sink{}); err != nil {
			c.Errorf("%s check %d: %v", name, i, err)
			continue
		}
		c.seen(name, i, all, want, seen)
	}
}

// declare gives the variables of a require as we declare them. One whose default is
// not valid could not be declared: its default is given as a value instead.
func (c *tally) declare(name string, vars []caseVariable) []spec.Variable {
	var out []spec.Variable
	for _, v := range vars {
		w := v.variable(c.T)
		if w.Default = plain(v.Default); w.CheckDefinition() != nil {
			bad := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "S", Requires: []spec.Require{{Name: "r", Vars: []spec.Variable{w}}}}}}
			if bad.Validate() == nil {
				c.Errorf("%s: the default of %+v should keep the module from being loaded", name, v)
			}
			c.allow("load")
			w.Default = nil
		}
		out = append(out, w)
	}
	return out
}

// given places the values of a check: as they are given to us, and with what the
// original adds: the sets that there must be, and the defaults.
func (c *tally) given(all []asked, values [][2]any) (given, want spec.Inputs) {
	given, want = spec.Inputs{}, spec.Inputs{}
	for _, v := range values {
		p := spec.Path(v[0].(string))
		require, _ := p.Require()
		byIndex := v[1].(map[string]any)
		for n := range len(byIndex) {
			if _, ok := byIndex[strconv.Itoa(n)]; !ok {
				c.allow("B4")
				break
			}
		}
		for index, x := range byIndex {
			n, err := strconv.Atoi(index)
			if err != nil || n < 0 {
				c.Fatalf("%s has the index %s", p, index)
			}
			for len(given[require]) <= n {
				given[require] = append(given[require], spec.Set{})
			}
			given[require][n][p.Variable()] = plain(x)
		}
	}
	for _, a := range all {
		nargs := a.Nargs.Norm()
		for n := range max(nargs.Min, min(len(given[a.Name]), nargs.Max)) {
			set := spec.Set{}
			if n < len(given[a.Name]) {
				set = given[a.Name][n]
			}
			full := spec.Set{}
			for _, v := range a.vars {
				x, isGiven := set[v.Name]
				if !isGiven {
					x = plain(v.Default)
				}
				full[v.Name] = x
			}
			want[a.Name] = append(want[a.Name], full)
		}
	}
	return given, want
}

// undeclared gives the defaults that could not be declared.
func (c *tally) undeclared(all []asked, given, want spec.Inputs) {
	for _, a := range all {
		for m, v := range a.ours {
			if v.Default != nil || a.vars[m].Default == nil {
				continue
			}
			for n, set := range want[a.Name] {
				if len(given[a.Name]) <= n {
					given[a.Name] = append(given[a.Name], spec.Set{})
				}
				given[a.Name][n][v.Name] = set[v.Name]
			}
		}
	}
}

// filled puts in what Armonic knows of the host.
func (c *tally) filled(all []asked, in spec.Inputs) spec.Inputs {
	out := in.Clone()
	for _, a := range all {
		for _, set := range out[a.Name] {
			for _, v := range a.vars {
				known := map[string]any{"ArmonicThisHost": "HOST", "ArmonicHosts": []any{"HOST"}, "ArmonicFirstInstance": true}[v.Type]
				if set[v.Name] == nil && known != nil {
					if set[v.Name] = plain(v.Default); set[v.Name] == nil {
						set[v.Name] = known
					}
				}
			}
		}
	}
	return out
}

// nargs sees that there is a problem with the number of sets exactly where it is
// wrong, and then puts it right, so that the sets can be compared.
func (c *tally) nargs(name string, i int, all []asked, given spec.Inputs, problems []spec.Problem) {
	said := map[string]bool{}
	for _, p := range problems {
		if require, _ := p.Path.Require(); p.Path.Variable() == "" {
			said[require] = true
		}
	}
	for _, a := range all {
		n, nargs := len(given[a.Name]), a.Nargs.Norm()
		many, few := n > nargs.Max, n > 0 && n < nargs.Min
		if said[a.Name] != (many || few) {
			c.Errorf("%s check %d: %s is given %d times of %s, and that this is wrong is said: %v", name, i, a.Name, n, a.Nargs, said[a.Name])
		}
		if many {
			c.allow("35") // the original ignores them
			given[a.Name] = given[a.Name][:nargs.Max]
		}
		if few {
			c.allow("37") // the original has them, with their defaults
			for len(given[a.Name]) < nargs.Min {
				given[a.Name] = append(given[a.Name], spec.Set{})
			}
		}
	}
}

// compare goes through the variables as the original does, up to the first that it
// finds wrong, and reports whether it found one.
func (c *tally) compare(name string, i int, all []asked, want spec.Inputs, sets map[string][][]struct {
	Name  string
	Value any
	Error *string
}) bool {
	stopped := false
	if got := len(sets); got != len(all) {
		c.Errorf("%s check %d: %d requires, not %d", name, i, got, len(all))
	}
	for path, recorded := range sets {
		require := path[strings.LastIndexByte(path, '/')+1:]
		if len(recorded) != len(want[require]) {
			c.Errorf("%s check %d: the original has %d sets of %s, not %d", name, i, len(recorded), require, len(want[require]))
			return stopped
		}
	}
	for _, a := range all {
		key := slices.Collect(maps.Keys(sets))[0]
		recorded := sets[key[:strings.LastIndexByte(key, '/')+1]+a.Name]
		for n, set := range recorded {
			for m, r := range set {
				v, x := a.vars[m], want[a.Name][n][r.Name]
				if stopped {
					continue
				}
				was := verdict{valid: r.Error == nil}
				if r.Error != nil {
					was.error, stopped = *r.Error, true
				}
				if x == nil && !was.valid && slices.Contains([]string{"ArmonicThisHost", "ArmonicHosts", "ArmonicFirstInstance"}, v.Type) {
					c.allow("69")
					continue
				}
				if got := c.compareValue(name, i, v, a.ours[m], x, "fill", was); got != nil && was.valid {
					c.same(name, i, v, plain(r.Value), got.value)
				}
			}
		}
	}
	return stopped
}

// crashed explains a check during which the original crashed: by a value that
// crashes it, which we accept by a rule or refuse.
func (c *tally) crashed(name string, i int, all []asked, want spec.Inputs, was verdict) {
	for _, a := range all {
		for _, set := range want[a.Name] {
			for m, v := range a.vars {
				x := set[v.Name]
				if !v.crashes(x) {
					continue
				}
				if _, err := a.ours[m].Convert(x); err == nil {
					rule := v.accepts(x, "fill", was)
					if rule == "" {
						continue
					}
					c.allow(rule)
				}
				return
			}
		}
	}
	c.Errorf("%s check %d: nothing explains that the original crashed: %+v", name, i, was)
}

// crashes reports whether the original crashes when it checks the value.
func (c caseVariable) crashes(x any) bool {
	_, isList := x.([]any)
	_, isTable := x.(map[string]any)
	switch {
	case c.isInt() || c.Type == "VFloat":
		return isList && len(x.([]any)) > 0 || isTable && len(x.(map[string]any)) > 0 || !c.Required && isNothing(x) && x != ""
	case c.isHost() || c.Type == "Password" || c.Type == "VString" && c.Pattern != "":
		return !c.Required && x == nil
	case c.isList():
		xs, _ := x.([]any)
		return c.depth() > 2 || slices.ContainsFunc(xs, c.inner().crashes)
	}
	return false
}

// seen compares what a provide is given with the values that were wanted.
func (c *tally) seen(name string, i int, all []asked, want, seen spec.Inputs) {
	for _, a := range all {
		if len(seen[a.Name]) != len(want[a.Name]) {
			c.Errorf("%s check %d: %s has %d sets, not %d", name, i, a.Name, len(seen[a.Name]), len(want[a.Name]))
			continue
		}
		for n, set := range seen[a.Name] {
			for m, v := range a.ours {
				x, err := v.Convert(want[a.Name][n][v.Name])
				if err == nil {
					x = v.Modify(x)
				}
				if got := set[v.Name]; err != nil || text(got) != text(x) {
					c.Errorf("%s check %d: %s[%d]/%s (%s) is %#v, not %#v", name, i, a.Name, n, v.Name, a.vars[m].Type, got, x)
				}
			}
		}
	}
}

var _ testing.TB = (*tally)(nil)
