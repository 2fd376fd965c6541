package lifecycle_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

type (
	caseOS struct {
		Name    string
		Release *string
	}
	caseRequire struct {
		Name, Nargs string
		Variables   []caseVariable
	}
	caseState struct {
		Name            string
		Meta            bool
		Implementations []struct {
			Name string
			OS   []caseOS `json:"supported_os"`
		}
		OS    []caseOS `json:"supported_os"`
		Enter struct {
			Requires []caseRequire
			Raises   bool
		}
		Leave    struct{ Raises bool }
		Accepts  *[]string `json:"cross_accepts"`
		Provides []struct {
			Name     string
			Flags    map[string]any
			Requires []caseRequire
			Raises   bool
			Returns  any
		}
	}
	lifecycleCase struct {
		Quirks    []string
		Lifecycle struct {
			Name        string
			Initial     string `json:"initial_state"`
			OS          caseOS
			Transitions [][2]string
			Expanded    [][2]string `json:"transitions_expanded"`
			States      []caseState
		}
		Init struct {
			Trace []any
			Stack []string
		}
		Steps []caseStep
	}
	caseStep struct {
		Before struct {
			Current   string
			Paths     map[string][][][2]string
			Reachable []string
		}
		Op struct {
			Op, Via, State, Provide string
			Index                   int      `json:"path_idx"`
			Values                  [][2]any // xpath, {index: value}
		}
		Result struct {
			OK      bool
			Return  any
			Error   string
			Message string
		}
		Trace []any
		Stack []string
	}
)

// replay is one case while it is run.
type replay struct {
	*tally
	name  string
	c     lifecycleCase
	e     *lifecycle.Engine
	trace []any
	wrong bool // something is not as it should be
	mend  bool // what failed is tried again and does not fail: it is not traced
}

func TestOracleLifecycle(t *testing.T) {
	all := newTally(t)
	eachCase(t, "lifecycle/case_*.json", func(name string, c lifecycleCase) {
		all.cases++
		r := &replay{tally: all, name: name, c: c}
		r.open()
		for i := range c.Steps {
			if i == 0 { // here the initial state is entered by the first step
				r.Logf("%s: %s", name, c.Lifecycle.Name)
				if got := r.e.Applied(); !slices.Equal(got, c.Init.Stack) {
					r.Errorf("%s: the stack begins as %v, not %v", name, got, c.Init.Stack)
				}
			}
			if r.step(i, &c.Steps[i]); r.wrong {
				return // what follows would only be more of it
			}
		}
	})
	all.report("lifecycles")
}

func (r *replay) Errorf(format string, args ...any) {
	r.Helper()
	r.wrong = true
	r.tally.Errorf(format, args...)
}

func (r *replay) open() {
	l := &lifecycle.Lifecycle{Name: r.c.Lifecycle.Name, Initial: r.c.Lifecycle.Initial, Transitions: r.c.Lifecycle.Transitions}
	for i := range r.c.Lifecycle.States {
		l.States = append(l.States, r.state(&r.c.Lifecycle.States[i]))
	}
	os := spec.OS{Name: r.c.Lifecycle.OS.Name}
	if r.c.Lifecycle.OS.Release != nil {
		os.Release = *r.c.Lifecycle.OS.Release
	}
	var err error
	r.e, err = lifecycle.New(l, lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "HOST", OS: os}})
	if err != nil {
		r.Fatalf("%s: %v", r.name, err)
	}
}

func systems(cs []caseOS) []lifecycle.OSMatch {
	var out []lifecycle.OSMatch
	for _, c := range cs {
		m := lifecycle.OSMatch{Name: c.Name}
		if c.Release != nil && c.Name != "all" {
			m.Op, m.Release = "=", *c.Release
		}
		out = append(out, m)
	}
	return out
}

func requires(t testing.TB, cs []caseRequire) []spec.Require {
	t.Helper()
	var out []spec.Require
	for _, c := range cs {
		n, err := spec.ParseNargs(c.Nargs)
		if err != nil {
			t.Fatal(err)
		}
		r := spec.Require{Name: c.Name, Nargs: n}
		for _, v := range c.Variables {
			x := v.variable(t)
			x.Default = plain(v.Default)
			r.Vars = append(r.Vars, x)
		}
		out = append(out, r)
	}
	return out
}

func (r *replay) did(fails bool, what string, args ...any) error {
	if r.mend {
		return nil
	}
	r.trace = append(r.trace, append([]any{what}, args...))
	if fails {
		msg := what + " of "
		if what == "call" {
			return errors.New("provide " + args[1].(string) + " of " + args[0].(string) + " fails")
		}
		return errors.New(msg + args[0].(string) + " fails")
	}
	return nil
}

func (r *replay) state(c *caseState) *lifecycle.State {
	out := r.plainState(c.Name, c)
	out.OS = systems(c.OS)
	out.Requires = requires(r.T, c.Enter.Requires)
	for _, impl := range c.Implementations {
		i := r.plainState(c.Name+"."+impl.Name, &caseState{})
		i.Name, i.OS = impl.Name, systems(impl.OS)
		out.Implementations = append(out.Implementations, i)
	}
	for _, p := range c.Provides {
		out.Provides = append(out.Provides, &lifecycle.Provide{
			Name:    p.Name,
			Provide: spec.Provide{Flags: plain(p.Flags).(map[string]any), Requires: requires(r.T, p.Requires)},
			Do: func(_ context.Context, call *lifecycle.Call) (any, error) {
				return plain(p.Returns), r.did(p.Raises, "call", c.Name, p.Name, call.Inputs)
			},
		})
	}
	return out
}

func (r *replay) plainState(name string, c *caseState) *lifecycle.State {
	return &lifecycle.State{
		Name: name,
		Enter: func(_ context.Context, call *lifecycle.Call) error {
			return r.did(c.Enter.Raises, "enter", name, call.Inputs)
		},
		Leave: func(context.Context, *lifecycle.Call) error { return r.did(c.Leave.Raises, "leave", name) },
		Cross: func(_ context.Context, call *lifecycle.Call) error {
			return r.did(false, "cross", name, accepted(c.Accepts, call.Flags))
		},
	}
}

// accepted are the flags that a state's cross knows.
func accepted(accepts *[]string, flags map[string]any) map[string]any {
	out := map[string]any{}
	for name, x := range flags {
		if accepts == nil || slices.Contains(*accepts, name) {
			out[name] = x
		}
	}
	return out
}

func (r *replay) step(i int, s *caseStep) {
	r.paths(i, s)
	var before []string
	before, r.trace = r.e.Applied(), nil
	wanted := slices.Clone(s.Trace)
	got := r.do(i, s)
	if len(r.trace) > 0 && r.c.Init.Trace != nil {
		wanted = append(slices.Clone(r.c.Init.Trace), wanted...)
		r.c.Init.Trace = nil
	}
	stack := s.Stack
	result := s.Result.Error
	switch {
	case result == "TypeError" && strings.HasPrefix(s.Result.Message, "cross() got an unexpected keyword argument"):
		rest, ok := r.uncrossed(s, stack)
		if !ok {
			r.Errorf("%s step %d: the original refused a flag, but no state does", r.name, i)
			return
		}
		r.allow("27")
		wanted, result = append(wanted, rest...), ""
	case result == "RuntimeError":
		last, _ := plain(s.Trace[len(s.Trace)-1]).([]any)
		if last[0] == "leave" && got.step.Action == spec.Leave && got.step.State == last[1] && !slices.Contains(stack, got.step.State) {
			r.allow("22")
			stack, result = append(slices.Clone(stack), got.step.State), "leave"
		}
	case result == "ProvideError":
		result = string(got.step.Action)
	}
	r.checks++
	if got.kind != result {
		r.Errorf("%s step %d %s %s/%s: ended as %q (%v), not %q (%s)", r.name, i, s.Op.Op, s.Op.State, s.Op.Provide, got.kind, got.err, s.Result.Error, s.Result.Message)
		return
	}
	if _, msg, found := strings.Cut(s.Result.Message, " : "); found && !strings.Contains(got.err.Error(), msg) {
		r.Errorf("%s step %d: %v does not say %q", r.name, i, got.err, msg)
	}
	if result == "" && s.Result.OK && text(plain(s.Result.Return)) != text(got.returns) {
		r.Errorf("%s step %d: returned %v, not %v", r.name, i, got.returns, s.Result.Return)
	}
	if diff := cmp.Diff(lines(r.converted(wanted)), lines(r.trace)); diff != "" {
		r.Errorf("%s step %d %s %s/%s from %v: ran, -want +got:\n%s", r.name, i, s.Op.Op, s.Op.State, s.Op.Provide, before, diff)
	}
	if now := r.e.Applied(); !slices.Equal(now, stack) {
		r.Errorf("%s step %d: the stack is %v, not %v", r.name, i, now, stack)
	}
	r.repair(i, got, s.Stack)
}

// lines writes a trace, one entry a line.
func lines(trace []any) []string {
	var out []string
	for _, entry := range trace {
		out = append(out, text(plain(entry)))
	}
	return out
}

// outcome is how an operation ended here: "" is well, else in the original's words
// or as the action that failed.
type outcome struct {
	kind    string
	step    spec.Step
	err     error
	returns any
}

func (r *replay) do(i int, s *caseStep) outcome {
	q := spec.RouteQuery{Provide: spec.MakePath("HOST", r.c.Lifecycle.Name, s.Op.State), Index: s.Op.Index}
	call := s.Op.Op == "provide_call"
	lfm := s.Op.Via == "lfm"
	if call {
		q.Provide = q.Provide.Join(s.Op.Provide)
	}
	if lfm && q.Index != 0 && !call { // see that the index counts here, and compare the first path
		r.indexed(i, s, q)
		q.Index = 0
		r.allow("B12")
	}
	if at := r.distinct(s, q.Index); at != q.Index {
		r.allow("B11")
		q.Index = at
	}
	work, err := r.work(q, s)
	if lfm && call && q.Index != 0 && s.Result.Error == "ValidationError" && len(s.Trace) == 0 {
		first, errFirst := r.work(spec.RouteQuery{Provide: q.Provide}, s)
		if errFirst == nil && len(r.e.Check(context.Background(), first)) > 0 && (err != nil || len(r.e.Check(context.Background(), work)) == 0) {
			r.allow("B12")
			return outcome{kind: "ValidationError"}
		}
	}
	if err != nil {
		if spec.KindOf(err) != spec.NotFound {
			r.Errorf("%s step %d: %v", r.name, i, err)
		}
		return outcome{kind: "StateNotApply", err: err}
	}
	if s.Op.Index >= len(s.Before.Paths[s.Op.State]) && len(work.Steps) > 0 && work.Steps[0].Action == spec.Leave {
		r.allow("17fork") // which paths checked; the original knows no way
		return outcome{kind: "StateNotApply"}
	}
	problems := r.e.Check(context.Background(), work)
	if len(r.trace) > 0 {
		r.Errorf("%s step %d: to check did %v", r.name, i, r.trace)
	}
	if lfm && call && problems != nil {
		return outcome{kind: "ValidationError", err: lifecycle.Invalid(problems)}
	}
	var out outcome
	for n, step := range work.Steps {
		out.step = step
		if out.returns, out.err = doStep(context.Background(), r.e, "r", step, lifecycle.Sink{}); out.err == nil {
			continue
		}
		out.kind = string(step.Action)
		if spec.KindOf(out.err) == spec.Invalid {
			out.kind = "ValidationError"
			if len(problems) == 0 || problems[0].Path.State() != step.State {
				r.Errorf("%s step %d: %s is refused, but the check found %v", r.name, i, step.Name(), problems)
			}
			if n > 0 {
				r.allow("30") // a run of these steps would have done nothing
			}
		}
		return out
	}
	if problems != nil {
		r.Errorf("%s step %d: was done, but the check found %v", r.name, i, problems)
	}
	return out
}

// work is a route with the values that the case gives to its steps.
func (r *replay) work(q spec.RouteQuery, s *caseStep) (spec.Work, error) {
	route, err := r.e.Route(context.Background(), q)
	if err != nil {
		return spec.Work{}, err
	}
	w := spec.Work{Lifecycle: route.Lifecycle, From: route.From, Steps: route.Steps}
	for n := range w.Steps {
		step := &w.Steps[n]
		for _, given := range s.Op.Values {
			p := spec.Path(given[0].(string))
			if p.State() != step.State || p.Provide() != step.ProvideName() {
				continue
			}
			require, _ := p.Require()
			if step.Inputs == nil {
				step.Inputs = spec.Inputs{}
			}
			if step.Inputs[require] == nil {
				step.Inputs[require] = []spec.Set{{}}
			}
			step.Inputs[require][0][p.Variable()] = plain(given[1].(map[string]any)["0"])
		}
	}
	return w, nil
}

// distinct is the index of a path among those that are listed, each counted once.
func (r *replay) distinct(s *caseStep, index int) int {
	listed := s.Before.Paths[s.Op.State]
	if index < 0 || index >= len(listed) {
		return index
	}
	var seen []string
	for _, p := range listed[:index] {
		if line := text(p); line != text(listed[index]) && !slices.Contains(seen, line) {
			seen = append(seen, line)
		}
	}
	return len(seen)
}

// converted gives the values of a recorded call the type that they are declared
// with, where the original hands on what it was given.
func (r *replay) converted(trace []any) []any {
	var all []caseRequire
	for _, s := range r.c.Lifecycle.States {
		all = append(all, s.Enter.Requires...)
		for _, p := range s.Provides {
			all = append(all, p.Requires...)
		}
	}
	out := plain(trace).([]any)
	for _, entry := range out {
		e := entry.([]any)
		given, ok := e[len(e)-1].(map[string]any)
		if !ok || e[0] == "cross" {
			continue
		}
		for _, req := range all {
			sets, _ := given[req.Name].([]any)
			for _, set := range sets {
				for _, v := range req.Variables {
					x := set.(map[string]any)[v.Name]
					_, isInt := x.(int)
					if f, ok := asNumber(x); ok && !isInt && v.isInt() {
						r.allow("43")
						set.(map[string]any)[v.Name] = int(f)
					}
				}
			}
		}
	}
	return out
}

// indexed checks that the path with an index is the one that the original lists.
func (r *replay) indexed(i int, s *caseStep, q spec.RouteQuery) {
	route, err := r.e.Route(context.Background(), q)
	listed := s.Before.Paths[s.Op.State]
	switch {
	case q.Index >= len(listed) && err == nil && route.Steps[0].Action != spec.Leave,
		q.Index < len(listed) && (err != nil || len(route.Steps) != len(listed[q.Index])):
		r.Errorf("%s step %d: path %d is %v, error %v", r.name, i, q.Index, route.Steps, err)
	}
}

// uncrossed is what the original did not cross any more, because a state refused a
// flag of the provide.
func (r *replay) uncrossed(s *caseStep, stack []string) ([]any, bool) {
	var flags map[string]any
	for _, st := range r.c.Lifecycle.States {
		for _, p := range st.Provides {
			if st.Name == s.Op.State && p.Name == s.Op.Provide {
				flags = plain(p.Flags).(map[string]any)
			}
		}
	}
	var rest []any
	refused := false
	for _, name := range stack[slices.Index(stack, s.Op.State):] {
		var accepts *[]string
		for _, st := range r.c.Lifecycle.States {
			if st.Name == name {
				accepts = st.Accepts
			}
		}
		known := accepted(accepts, flags)
		refused = refused || len(known) < len(flags)
		if refused {
			rest = append(rest, []any{"cross", name, known})
		}
	}
	return rest, refused
}

// repair shows that what failed half-way can be made good, and brings the stack to
// where the original left it.
func (r *replay) repair(i int, got outcome, stack []string) {
	r.mend = true
	defer func() { r.mend = false }()
	fault := r.e.Stack().Fault
	switch got.kind {
	case "leave", "enter":
		if fault == nil || fault.Step.Name() != got.step.Name() {
			r.Errorf("%s step %d: %s failed, the fault is %v", r.name, i, got.step.Name(), fault)
			return
		}
		if _, err := doStep(context.Background(), r.e, "r", spec.Step{Action: spec.Leave, State: got.step.State}, lifecycle.Sink{}); err != nil {
			r.Errorf("%s step %d: cannot undo it: %v", r.name, i, err)
		}
		if now := r.e.Stack(); now.Fault != nil || !slices.Equal(now.Names(), stack) {
			r.Errorf("%s step %d: undone, the stack is %v with %v", r.name, i, now.Names(), now.Fault)
		}
	case string(spec.Call):
		if fault == nil {
			r.Errorf("%s step %d: a call failed without a fault", r.name, i)
		}
	}
}
