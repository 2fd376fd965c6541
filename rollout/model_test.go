package rollout

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// modelCase is one random course of things.
type modelCase struct {
	Seed     uint64 // of how long everything takes, and of what fails
	Hosts    int
	Parts    int  // of the whole
	Base     bool // parts need a base, on the same host or on another
	Local    bool
	Early    bool // what is needed is so when a state is entered, not only when it is called
	Before   int  // a deployment before this one: 0 none, 1 of a part, 2 of the whole
	Other    bool // it had other values
	Fails    int  // functions that fail
	Happens  []happening
	Decides  []int // about what has failed
	Rollback int   // 0 none, 1 of what is done, 2 at once
	Breaks   int   // functions that fail in the rollback
	Dies     bool  // the operator, in the rollback
	Called   int   // 1: another deployment calls a part of what this one did, before it is taken back
	OneHost  bool  // only one is taken back
	Approval bool  // agents take only what somebody else has approved
}

type happening struct {
	After time.Duration
	What  string
	Host  int
}

func drawCase(t *rapid.T) modelCase {
	c := modelCase{
		Seed:     rapid.Uint64().Draw(t, "seed"),
		Hosts:    rapid.IntRange(1, 3).Draw(t, "hosts"),
		Base:     rapid.Bool().Draw(t, "base"),
		Local:    rapid.Bool().Draw(t, "local"),
		Early:    rapid.Bool().Draw(t, "early"),
		Before:   rapid.IntRange(0, 2).Draw(t, "before"),
		Other:    rapid.Bool().Draw(t, "other"),
		Fails:    rapid.IntRange(0, 3).Draw(t, "fails"),
		Decides:  rapid.SliceOfN(rapid.IntRange(0, 9), 8, 8).Draw(t, "decides"),
		Rollback: rapid.IntRange(0, 2).Draw(t, "rollback"),
		Breaks:   rapid.IntRange(0, 2).Draw(t, "breaks"),
		Dies:     rapid.Bool().Draw(t, "dies"),
		Called:   rapid.IntRange(0, 3).Draw(t, "called"),
		OneHost:  rapid.IntRange(0, 3).Draw(t, "one host") == 1,
	}
	c.Parts = rapid.IntRange(1, c.Hosts).Draw(t, "parts")
	what := rapid.SampledFrom([]string{"operator", "operator", "agent", "agent", "cut", "join", "takeover", "stop"})
	c.Happens = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) happening {
		return happening{time.Duration(rapid.IntRange(0, 5000).Draw(t, "after")) * time.Millisecond, what.Draw(t, "what"), rapid.IntRange(0, c.Hosts-1).Draw(t, "host")}
	}), 0, 4).Draw(t, "happens")
	c.Approval = rapid.IntRange(0, 3).Draw(t, "approval") == 1
	return c
}

// lifecycles are a Whole of Parts, and a Base that these may need.
func (c modelCase) lifecycles(w *world) []*lifecycle.Lifecycle {
	text := func(name string) spec.Variable {
		return spec.Variable{Name: name, Type: spec.Type{Kind: spec.KindStr}, Default: "1"}
	}
	addr := spec.Variable{Name: "addr", Type: spec.Type{Kind: spec.KindStr}}
	once := spec.Nargs{Min: 1, Max: 1}
	make := func(name string, needs ...spec.Require) *lifecycle.Lifecycle {
		conf := []spec.Require{{Name: "conf", Nargs: once, Vars: []spec.Variable{text("x")}}}
		args := []spec.Require{{Name: "args", Nargs: once, Vars: []spec.Variable{text("v")}}}
		state := func(n string, requires []spec.Require) *lifecycle.State {
			return &lifecycle.State{Name: n, Requires: requires,
				Enter: func(ctx context.Context, c *lifecycle.Call) error {
					x := "entered"
					if len(c.Inputs["conf"]) > 0 {
						x, _ = c.Inputs["conf"][0]["x"].(string)
					}
					return w.do(ctx, c, name+" "+n, x)
				},
				Leave: func(ctx context.Context, c *lifecycle.Call) error { return w.do(ctx, c, name+" "+n, "") }}
		}
		on := state("On", nil)
		if c.Early {
			conf = append(conf, needs...)
		} else {
			args = append(args, needs...)
		}
		called := func(c *lifecycle.Call) string { return fmt.Sprintf("%s go %s", name, c.Inputs["args"][0]["v"]) }
		on.Provides = []*lifecycle.Provide{{Name: "go", Provide: spec.Provide{Requires: args, Returns: []spec.Variable{addr}},
			Do: func(ctx context.Context, c *lifecycle.Call) (any, error) {
				return map[string]any{"addr": string(c.Me.Host) + ":" + name}, w.do(ctx, c, called(c), "called")
			},
			Undo: func(ctx context.Context, c *lifecycle.Call) error { return w.do(ctx, c, called(c), "") },
		}}
		return &lifecycle.Lifecycle{Name: name, States: []*lifecycle.State{{Name: "Off"}, state("Conf", conf), on}}
	}
	part := []spec.Require{}
	if c.Base {
		base := spec.Require{Name: "base", Kind: spec.External, Nargs: once, Pattern: "//Base//go", Returns: []spec.Variable{addr}}
		if c.Local {
			base.Kind = spec.Local
		}
		part = append(part, base)
	}
	return []*lifecycle.Lifecycle{
		make("Whole", spec.Require{Name: "parts", Kind: spec.External, Nargs: spec.Nargs{Max: spec.Many}, Pattern: "//Part//go", Returns: []spec.Variable{addr}}),
		make("Part", part...),
		make("Base"),
	}
}

func (c modelCase) session(t *judge, f deploy.Fleet, root spec.Pattern, x, v string) *deploy.Session {
	hosts := f.(*fleet).w.hosts
	s := deploy.NewSession(f, root)
	c.answer(t, s, hosts, x, v)
	return s
}

func (c modelCase) answer(t *judge, s *deploy.Session, hosts []spec.Host, x, v string) {
	for pattern, val := range map[spec.Pattern]string{"//conf/x": x, "//args/v": v} {
		if err := s.Set(pattern, val); err != nil {
			t.Fatalf("%v", err)
		}
	}
	for range 10 { // what is asked depends on what was answered
		if err := s.Settle(context.Background()); err != nil {
			t.Fatalf("%v", err)
		}
		open := false
		for _, q := range s.Result().Questions {
			switch {
			case s.Answered(q.Key):
			case q.Key.Kind == resolver.AskHosts:
				s.Answer(q.Key, slices.Clone(hosts[len(hosts)-c.Parts:]))
				open = true
			case q.Key.Kind == resolver.AskHost:
				n := 0
				for _, b := range []byte(q.Key.Node) {
					n += int(b)
				}
				if q.Key.Node == resolver.Root {
					n = 0
				}
				s.Answer(q.Key, hosts[n%len(hosts)])
				open = true
			}
		}
		if !open {
			break
		}
	}
	if s.Result().Plan == nil {
		t.Fatalf("there is no plan: %+v", s.Result().Problems)
	}
}

// operator carries the deployment out, from one machine.
type operator struct {
	f    *fleet
	log  *records
	r    *Rollout
	kept []Record // what its machine keeps, once it is dead
}

// stuck is longer than anything takes by itself.
const stuck = 2 * time.Hour

// course is a case while it goes on.
type course struct {
	modelCase
	t    *judge
	w    *world
	now  *operator
	old  []*operator // that were not killed: somebody else has taken over
	n    int         // of Decides that were used
	lost int         // how often ours was told that somebody else goes on with the deployment
	odd  bool        // something was skipped or marked as done, so that not all is there
}

// begin makes the deployment.
func (c *course) begin(s *deploy.Session, f *fleet) {
	r, err := New(s, Options{ID: "d", By: "anna"})
	if err != nil {
		c.t.Fatal(err)
	}
	o := &operator{f: f, log: &records{all: slices.Clone(r.records), durable: len(r.records)}, r: r}
	r.log, r.copies = o.log, true
	c.now = o
	r.Start(context.Background())
}

// resume has another operator go on, from the newest that is known.
func (c *course) resume(kept []Record) {
	f := &fleet{w: c.w}
	all, _ := ListCopies(context.Background(), f)
	for _, x := range all {
		if x.ID != "d" {
			continue
		}
		if far, err := ReadCopy(context.Background(), f, x); err == nil && (kept == nil || Replay(far).revision() > Replay(kept).revision()) {
			kept = far
		}
	}
	if kept == nil { // no agent that is here has one: there is nothing to take over
		return
	}
	kept = c.throughDisk(kept)
	o := &operator{f: f, log: &records{all: slices.Clone(kept), durable: len(kept)}}
	r, err := Resume(f, kept, o.log, Options{By: "bert", leap: func() int { return 1 + c.w.roll(1<<16) }})
	if err != nil {
		c.t.Fatal(err)
	}
	if c.now.kept == nil {
		c.old = append(c.old, c.now)
	}
	o.r, c.now = r, o
	r.Start(context.Background())
}

// throughDisk writes a log and reads it.
func (c *course) throughDisk(all []Record) []Record {
	var text strings.Builder
	for _, r := range all {
		line, err := value.Encode(r, value.HandOver())
		if err != nil {
			c.t.Fatal(err)
		}
		text.Write(append(line, '\n'))
	}
	out, _, err := readRecords(strings.NewReader(text.String()), value.HandOver())
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

// killOperator ends whoever carries the deployment out, at once; somebody else goes on.
func (c *course) killOperator() {
	o := c.now
	o.f.die()
	o.kept = o.log.cut(c.w.roll(4))
	o.r.cancel()
	o.r.Close()
	c.resume(o.kept)
}

func (c *course) happen(x happening) {
	time.Sleep(x.After)
	h := c.w.hosts[x.Host]
	switch x.What {
	case "operator":
		c.killOperator()
	case "agent":
		c.w.kill(h)
		time.Sleep(time.Duration(c.w.roll(2000)) * time.Millisecond)
		c.w.boot(c.t, h)
	case "cut":
		c.w.unplug(h, true)
	case "join":
		c.w.unplug(h, false)
	case "takeover":
		c.resume(nil)
	case "stop": // who was not told yet that somebody has taken over would not know of it, and begin more
		for _, o := range c.old {
			o.r.Close()
		}
		c.now.r.Stop(context.Background())
	}
}

// wait waits until the deployment is over, and sees that it is some time. Of two who go on
// with it at the same time one is told so within a while: if that is ours, the other's
// place is taken.
func (c *course) wait() *Snapshot {
	for range 10 {
		ctx, stop := context.WithTimeout(context.Background(), stuck)
		err := c.now.r.Wait(ctx)
		stop()
		time.Sleep(3 * copyEvery)
		switch snap := c.now.r.Snapshot(); {
		case c.now.r.detached():
			c.lost++
			c.resume(c.now.log.cut(0))
		case err != nil:
			c.t.Fatalf("it does not end: %v\n%s", err, tell(snap))
		default:
			return snap
		}
	}
	c.t.Fatal("it is taken over for ever")
	return nil
}

func tell(s *Snapshot) string {
	out := fmt.Sprintf("over %v ok %v stopped %v", s.Over, s.OK, s.Stopped)
	for _, t := range s.Tasks {
		out += fmt.Sprintf("\n  %-30s %-8s attempt %d %v", t.ID, t.Status, t.Attempt, t.Stack)
		if t.Err != nil {
			out += " " + t.Err.Error()
		}
		for i, x := range t.StepStates {
			out += fmt.Sprintf(" %s:%s:%s", t.Steps[i].Name(), x.Status, x.Run)
		}
	}
	return out
}

// finish decides about all that has failed until the deployment is done.
func (c *course) finish(plain bool) *Snapshot {
	for round := 0; ; round++ {
		snap := c.wait()
		if snap.OK {
			return snap
		}
		if round > 25 {
			c.t.Fatalf("it is never done:\n%s", tell(snap))
		}
		c.decide(snap, plain)
	}
}

func (c *course) decide(snap *Snapshot, plain bool) {
	choice := 0
	if c.n < len(c.Decides) {
		choice = c.Decides[c.n]
		c.n++
	}
	if plain || slices.ContainsFunc(snap.Tasks, func(t *TaskView) bool { return t.Status == LostTask }) {
		choice = 0 // what became of it has to be asked first: whoever gives it up does not know what was done
	}
	for _, t := range snap.Tasks {
		if !t.Status.failing() {
			continue
		}
		switch {
		case choice == 9 && t.Undoes == "":
			c.odd = true
			c.must(c.on(func(r *Rollout) error { return r.Skip(t.ID, "why not") }))
			return
		case choice == 8 && t.Undoes == "":
			c.odd = true
			c.must(c.on(func(r *Rollout) error { return r.MarkDone(t.ID, "by hand", map[string]any{"addr": "by hand"}) }))
			return
		case choice >= 6 && !snap.RolledBack:
			c.must(c.on(func(r *Rollout) error {
				s := r.NewSession()
				c.answer(c.t, s, c.w.hosts, "2", "2")
				return r.Replan(s, Options{})
			}))
			return
		}
		err := c.on(func(r *Rollout) error { return r.Retry(context.Background(), t.ID) })
		if t.Status == Stopped && spec.KindOf(err) == spec.Invalid { // it waits for others
			continue
		}
		if c.odd && (spec.KindOf(err) == spec.Conflict || t.Attempt > 5) { // it needs what was skipped
			err = c.on(func(r *Rollout) error { return r.Skip(t.ID, "it cannot be done without the other") })
		}
		c.must(err)
		return
	}
	c.must(c.on((*Rollout).Continue))
}

// on has the one who carries the deployment out decide something. Who is told that somebody
// else does goes on from there, and decides again.
func (c *course) on(decide func(r *Rollout) error) error {
	for range 10 {
		if err := decide(c.now.r); spec.KindOf(err) != spec.Canceled {
			return err
		}
		c.lost++
		c.resume(c.now.log.cut(0))
		c.wait()
	}
	return errors.New("it is taken over for ever")
}

func (c *course) must(err error) {
	if err != nil {
		c.t.Fatalf("%v: %s\n%s", err, spec.HintOf(err), tell(c.now.r.Snapshot()))
	}
}

// play plays a case. What was before it is what is there after a rollback.
func (c modelCase) play(t *judge) {
	defer func() {
		if x := recover(); x != nil && x != (enough{}) {
			panic(x)
		}
	}()
	hosts := []spec.Host{"h1", "h2", "h3"}[:c.Hosts]
	x := &course{modelCase: c, t: t}
	x.w = newWorld(t, c.Seed, c.lifecycles, hosts...)
	defer x.w.end()
	if x.w.supervised = c.Approval; c.Approval {
		boss, fire := context.WithCancel(context.Background())
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			x.w.approve(boss)
		}()
		defer func() {
			fire()
			<-gone
		}()
	}
	x.deployBefore()
	was, stood := x.w.is(), x.w.stacks(t)

	f := &fleet{w: x.w}
	s := c.session(t, f, "//Whole//go", "2", "2")
	x.w.mu.Lock()
	x.w.fails = c.Fails
	x.w.mu.Unlock()
	x.begin(s, f)
	defer func() {
		for _, o := range append(x.old, x.now) {
			o.r.Close()
		}
	}()
	for _, h := range c.Happens {
		x.happen(h)
	}
	for _, h := range hosts {
		x.w.unplug(h, false)
	}
	if c.Rollback == 2 {
		x.wait()
	} else {
		snap := x.finish(false)
		x.consistent()
		x.complete(snap)
	}
	x.onlyOnce()
	switch {
	case c.Rollback == 1 && c.Called == 1 && !x.odd:
		x.rollBackBesideOthers()
	case c.Rollback == 1 && c.OneHost:
		x.rollBackOne()
	case c.Rollback > 0:
		x.rollBack(was, stood)
	}
	x.onlyOnce()
}

func (c *course) deployBefore() {
	if c.Before == 0 {
		return
	}
	values := "2"
	if c.Other {
		values = "1"
	}
	c.deploy("before", map[int]spec.Pattern{1: "//Part//go", 2: "//Whole//go"}[c.Before], values, "0")
}

// deploy carries out another deployment.
func (c *course) deploy(id spec.DeploymentID, root spec.Pattern, x, v string) {
	r, err := New(c.session(c.t, &fleet{w: c.w}, root, x, v), Options{ID: id, By: "other"})
	if err != nil {
		c.t.Fatal(err)
	}
	defer r.Close()
	r.Start(context.Background())
	c.must2(r.Wait(context.Background()), r)
}

func (c *course) must2(err error, r *Rollout) {
	if err != nil || !r.Snapshot().OK {
		c.t.Fatalf("the other deployment: %v\n%s", err, tell(r.Snapshot()))
	}
}

// consistent sees that what is on the hosts is what the stacks say.
func (c *course) consistent() {
	want := map[string]string{}
	for at, s := range c.w.stacks(c.t) {
		if s.Fault != nil && !c.odd {
			c.t.Errorf("%s has a fault: %v", at, s.Fault.Err)
		}
		for _, a := range s.Applied {
			switch a.State {
			case "Conf":
				want[at+" Conf"], _ = a.Inputs["conf"][0]["x"].(string)
			case "On":
				want[at+" On"] = "entered"
			}
		}
		for _, call := range s.StandingCalls() {
			want[fmt.Sprintf("%s go %s", at, call.Inputs["args"][0]["v"])] = "called"
		}
	}
	if c.odd {
		return // what was skipped may be there in part
	}
	if diff := cmp.Diff(want, c.w.is()); diff != "" {
		c.t.Errorf("what is there (+) is not what the stacks say (-): %s", diff)
	}
}

// complete sees that all that was planned is there.
func (c *course) complete(snap *Snapshot) {
	if c.odd {
		return
	}
	stacks := c.w.stacks(c.t)
	for _, t := range snap.Tasks {
		s := stacks[fmt.Sprintf("%s %s", t.Host, t.Lifecycle)]
		for i, step := range t.Steps {
			switch {
			case t.StepStates[i].Status != Done:
				c.t.Errorf("%s: %s is %s", t.ID, step.Name(), t.StepStates[i].Status)
			case step.Action == spec.Enter && !slices.Contains(s.Names(), step.State):
				c.t.Errorf("%s: %s is not applied", t.ID, step.State)
			case step.Action == spec.Call && !slices.ContainsFunc(s.StandingCalls(), func(x spec.Called) bool { return DeploymentOf(x.By) == "d" }):
				c.t.Errorf("%s: it was not called", t.ID)
			}
		}
	}
	at := fmt.Sprintf("%s Whole", c.w.hosts[0])
	if got := c.w.is()[at+" Conf"]; got != "2" {
		c.t.Errorf("the whole was configured with %q", got)
	}
}

// onlyOnce sees that no provide was called twice by the deployment with the same values.
func (c *course) onlyOnce() {
	for at, s := range c.w.stacks(c.t) {
		calls := map[string][]spec.RunID{}
		for _, x := range s.Calls {
			if DeploymentOf(x.By) == "d" && (x.Action == spec.Call || x.Action == "") {
				key := x.State + "." + x.Provide + " " + value.Digest(x.Inputs)
				if calls[key] = append(calls[key], x.By); len(calls[key]) > 1 {
					c.t.Errorf("%s: %s.%s was called by %s\n%s", at, x.State, x.Provide, calls[key], tell(c.now.r.Snapshot()))
				}
			}
		}
	}
}

func (c *course) rollBack(was map[string]string, stood map[string]spec.Stack) {
	plan, err := c.now.r.PlanRollback(context.Background(), nil)
	if spec.KindOf(err) == spec.Conflict { // an agent could not be told to stop
		time.Sleep(time.Minute)
		plan, err = c.now.r.PlanRollback(context.Background(), nil)
	}
	if spec.KindOf(err) == spec.Invalid && strings.Contains(err.Error(), "has done nothing") {
		c.asBefore(was, stood)
		return
	}
	c.must(err)
	if len(plan.Problems) > 0 {
		c.t.Fatalf("problems of the rollback: %v\n%s", plan.Problems, tell(c.now.r.Snapshot()))
	}
	if len(plan.Plan.Tasks) == 0 {
		c.asBefore(was, stood)
		return
	}
	before := tell(c.now.r.Snapshot())
	c.w.mu.Lock()
	c.w.fails = c.Breaks
	c.w.mu.Unlock()
	var snap *Snapshot
	for snap == nil || !snap.RolledBack {
		lost := c.lost
		c.must(c.on(func(r *Rollout) error {
			if plan, err = r.PlanRollback(context.Background(), nil); err != nil {
				return err
			}
			return r.Rollback(plan, nil)
		}))
		if c.Dies {
			time.Sleep(time.Duration(c.w.roll(5000)) * time.Millisecond)
			c.killOperator()
		}
		if snap = c.finish(true); !snap.RolledBack && c.lost == lost { // that it was asked for is durable before anything is done
			c.t.Fatal("nobody knows of the rollback")
		}
	}
	did := []resolver.Task{}
	for _, t := range snap.Tasks {
		if t.Undoes != "" {
			did = append(did, *t.Task)
		}
	}
	if diff := cmp.Diff(steps(plan.Plan.Tasks), steps(did)); diff != "" {
		c.t.Errorf("what was shown (-) is not what was done (+): %s", diff)
	}
	c.asBefore(was, stood)
	if len(c.t.said) > 0 {
		c.t.Errorf("before the rollback: %s\nafter it: %s", before, tell(snap))
	}
}

// rollBackBesideOthers takes all back after another deployment has called a part: that call
// stays, with what it needs.
func (c *course) rollBackBesideOthers() {
	c.w.mu.Lock()
	c.w.fails = 0
	c.w.mu.Unlock()
	c.deploy("other", "//Part//go", "2", "9")
	at := c.w.hosts[0]
	plan, err := c.now.r.PlanRollback(context.Background(), nil)
	if spec.KindOf(err) == spec.Invalid && strings.Contains(err.Error(), "has done nothing") {
		return
	}
	c.must(err)
	if len(plan.Plan.Tasks) > 0 {
		c.must(c.on(func(r *Rollout) error {
			if plan, err = r.PlanRollback(context.Background(), nil); err != nil {
				return err
			}
			return r.Rollback(plan, nil)
		}))
		c.finish(true)
	}
	c.consistent()
	needs, stands := false, false // a part that stays needs its base; and that is there
	for at, s := range c.w.stacks(c.t) {
		needs = needs || c.Base && c.Early && s.Path.Lifecycle() == "Part" && slices.ContainsFunc(s.Applied, func(a spec.Applied) bool { return a.State == "Conf" && DeploymentOf(a.By) == "d" })
		for _, x := range s.StandingCalls() {
			stands = stands || s.Path.Lifecycle() == "Base"
			if DeploymentOf(x.By) == "d" && (s.Path.Lifecycle() != "Base" || !c.Early) {
				c.t.Errorf("%s: the call of %s.%s still stands", at, x.State, x.Provide)
			}
		}
	}
	if needs && !stands {
		c.t.Errorf("what a part that stays needs is gone: %v\n%s", c.w.is(), tell(c.now.r.Snapshot()))
	}
	if calls := c.w.is()[fmt.Sprintf("%s Part go 9", at)]; calls != "called" {
		c.t.Errorf("what another deployment called is gone: %v\n%s", c.w.is(), tell(c.now.r.Snapshot()))
	}
}

// rollBackOne takes back what was done on one host; the others stay.
func (c *course) rollBackOne() {
	h := c.w.hosts[c.Hosts-1]
	was := c.w.is()
	var plan *Rollback
	err := c.on(func(r *Rollout) (err error) {
		if plan, err = r.PlanRollback(context.Background(), []spec.Host{h}); err != nil || len(plan.Plan.Tasks) == 0 {
			return err
		}
		return r.Rollback(plan, nil)
	})
	if spec.KindOf(err) == spec.Invalid { // nothing was done there
		return
	}
	c.must(err)
	if len(plan.Plan.Tasks) > 0 {
		c.finish(true)
	}
	c.consistent()
	now := c.w.is()
	for key, x := range was {
		if !strings.HasPrefix(key, string(h)+" ") && now[key] != x {
			c.t.Errorf("%s was %q, and is %q since %s was taken back", key, x, now[key], h)
		}
	}
	for host, s := range c.w.stacks(c.t) {
		for _, x := range s.StandingCalls() {
			if strings.HasPrefix(host, string(h)+" ") && DeploymentOf(x.By) == "d" && !c.odd {
				c.t.Errorf("%s: the call of %s.%s still stands", host, x.State, x.Provide)
			}
		}
	}
}

func steps(tasks []resolver.Task) (out []string) {
	for _, t := range tasks {
		for _, s := range t.Steps {
			out = append(out, fmt.Sprintf("%s %s: %s %s", t.Host, t.Lifecycle, s.Name(), value.Digest(s.Inputs)))
		}
	}
	return out
}

func (c *course) asBefore(was map[string]string, stood map[string]spec.Stack) {
	if diff := cmp.Diff(was, c.w.is()); diff != "" {
		c.t.Errorf("what was there before (-) and is after the rollback (+): %s", diff)
	}
	now := c.w.stacks(c.t)
	for at := range maps.Keys(stood) {
		if diff := cmp.Diff(standing(stood[at]), standing(now[at])); diff != "" {
			c.t.Errorf("%s before (-) and after the rollback (+): %s", at, diff)
		}
	}
}

// standing is what is applied, with which values, and which calls stand.
func standing(s spec.Stack) []string {
	var out []string
	for _, a := range s.Applied {
		out = append(out, a.State+" "+fmt.Sprint(a.Inputs))
	}
	for _, x := range s.StandingCalls() {
		out = append(out, fmt.Sprint(x.State, ".", x.Provide, " ", x.Inputs, " ", x.By))
	}
	return out
}

// cases is how many are played; ARMONIC_CASES says another number.
func cases() int {
	if n, err := strconv.Atoi(os.Getenv("ARMONIC_CASES")); err == nil {
		return n
	}
	if raceDetector { // which makes each take ten times as long
		return 1000
	}
	return 10000
}

// Random worlds, failures, kills of operators and agents, cut links, take-overs and
// decisions: a deployment ends, is what the stacks say, calls nothing twice, and taking it
// back leaves what was before.
func TestTheModel(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // most of the memory is of one case
	n := cases()
	seed := flag.Lookup("rapid.seed").Value.String()
	if seed == "0" { // the cases of an ordinary run are always the same, those of a long one are others each time
		seed = "1"
		if os.Getenv("ARMONIC_CASES") != "" {
			seed = strconv.FormatInt(time.Now().UnixNano(), 10)
		}
	}
	for name, val := range map[string]string{"rapid.checks": strconv.Itoa(n), "rapid.seed": seed} {
		if err := flag.Set(name, val); err != nil {
			t.Fatal(err)
		}
	}
	played := 0
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCase(rt)
		played++
		var found judge
		synctest.Test(t, func(*testing.T) { c.play(&found) })
		if len(found.said) > 0 {
			rt.Fatalf("%+v\n%s", c, strings.Join(found.said, "\n"))
		}
	})
	t.Logf("%d cases, -rapid.seed=%s", played, seed)
}
