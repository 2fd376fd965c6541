package rollout

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Rollback is what takes a deployment back, to be shown before it is done.
type Rollback struct {
	Plan     *resolver.Plan
	Problems []spec.Problem // what will not be as before
	planned  *Plan
	basis    string // what the deployment had done when this was planned
}

// PlanRollback says what would take back, newest first, what the deployment did: states that
// it entered are left, those that it entered again get the values of before, calls are taken
// back. What was there before, what another deployment did, or somebody by hand, stays. With
// hosts it is about these alone. The hosts are looked at first. The error is spec.Invalid if
// something runs, or there is nothing to take back, spec.Conflict if an agent goes on that could
// not be told to stop.
func (r *Rollout) PlanRollback(ctx context.Context, hosts []spec.Host) (*Rollback, error) {
	r.mu.Lock()
	all := r.state.touched(hosts)
	r.mu.Unlock()
	views := make([]deploy.HostView, len(all))
	deploy.InParallel(len(all), func(i int) error { views[i] = deploy.SurveyRuns(ctx, r.fleet, all[i]); return nil }) // a view has its own error
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.state.goesOn(views); err != nil {
		return nil, err
	}
	return r.state.planRollback(hosts, views, r.now())
}

// touched are the hosts, of some or of all, on which something was planned: another operator
// may have begun what the log here does not know of.
func (s *State) touched(hosts []spec.Host) []spec.Host {
	var out []spec.Host
	for _, t := range s.tasks {
		if !slices.Contains(out, t.Host) && (len(hosts) == 0 || slices.Contains(hosts, t.Host)) {
			out = append(out, t.Host)
		}
	}
	return out
}

// goesOn reports runs of the deployment that agents have not ended: those of tasks that were
// lost. What they will have done is not known yet.
func (s *State) goesOn(views []deploy.HostView) error {
	for i := range views {
		v := &views[i]
		waits := v.Info.Queue > 0 && slices.ContainsFunc(s.tasks, func(t *task) bool { return t.Host == v.Host && t.status == LostTask })
		if v.Err == nil && (waits || DeploymentOf(v.Info.Busy) == s.ID) {
			err := spec.Errorf(spec.Conflict, "the agent of %s still goes on with the deployment", v.Host)
			if s.RolledBack {
				return err.WithHint("its rollback is not over: armonic deploy --resume %s goes on with it", s.ID)
			}
			return err.WithHint("wait until it has ended, or retry its task, which is to follow the same run, and stop that")
		}
	}
	return nil
}

func (s *State) planRollback(hosts []spec.Host, views []deploy.HostView, now time.Time) (*Rollback, error) {
	switch {
	case s.gone() != nil:
		return nil, s.gone()
	case s.RolledBack && !s.over(now):
		return nil, spec.Errorf(spec.Invalid, "its rollback is not over").
			WithHint("armonic deploy --resume %s goes on with it", s.ID)
	case s.running > 0:
		return nil, spec.Errorf(spec.Invalid, "%s still run; stop the deployment before it is rolled back", spec.Count(s.running, "task", "tasks"))
	}
	for _, h := range hosts {
		if !slices.ContainsFunc(s.tasks, func(t *task) bool { return t.Host == h }) {
			return nil, spec.Errorf(spec.Invalid, "the deployment does nothing on %s", h)
		}
	}
	b := newRollbackPlan(s, views)
	var begun []*task
	for _, t := range s.tasks {
		if !t.rollback && (t.attempt > 0 || !b.begun(t).IsZero()) && (len(hosts) == 0 || slices.Contains(hosts, t.Host)) {
			begun = append(begun, t)
		}
	}
	// A task begins after all that it needs has ended: so, the newest first, nothing is taken
	// away that something still needs.
	slices.SortStableFunc(begun, func(x, y *task) int { return cmp.Or(b.end(y).Compare(b.end(x)), y.at-x.at) })
	for _, t := range begun {
		b.add(t)
	}
	if len(b.out.planned.Tasks) == 0 && len(b.out.Problems) == 0 {
		return nil, spec.Errorf(spec.Invalid, "the deployment has done nothing that could be taken back")
	}
	b.out.planned.Hosts, b.out.basis = hosts, s.basis()
	for _, t := range b.out.planned.Tasks {
		b.out.Plan.Tasks = append(b.out.Plan.Tasks, t.Task)
		if !slices.Contains(b.out.Plan.Hosts, t.Host) {
			b.out.Plan.Hosts = append(b.out.Plan.Hosts, t.Host)
		}
	}
	return &b.out, nil
}

// rollbackPlan makes the tasks of a rollback.
type rollbackPlan struct {
	state   *State
	out     Rollback
	undone  map[resolver.TaskID]map[int]bool // steps of tasks that a rollback before took back
	rounds  map[resolver.TaskID]int          // how often a task was taken back already, in part
	inverse map[resolver.TaskID]resolver.TaskID
	stacks  map[spec.Path]*spec.Stack     // of each lifecycle, now
	planned map[spec.Path][]string        // and as it will be
	last    map[spec.Host]resolver.TaskID // what is taken back there before: lifecycles of a host share its packages
	blocked map[spec.Path]bool            // somebody else has entered something on top
	kept    map[spec.Path]bool            // states that stay as the deployment entered them
	calls   map[resolver.NodeID]bool      // whose calls stay, as a state or a call needs them that does
	nodes   map[resolver.NodeID]Node
	needed  map[resolver.NodeID][]Node // by what is called: what needs it
}

func newRollbackPlan(s *State, views []deploy.HostView) *rollbackPlan {
	b := &rollbackPlan{state: s, out: Rollback{Plan: &resolver.Plan{}, planned: &Plan{}}, undone: s.takenBack(), rounds: map[resolver.TaskID]int{},
		inverse: map[resolver.TaskID]resolver.TaskID{}, stacks: map[spec.Path]*spec.Stack{}, planned: map[spec.Path][]string{}, last: map[spec.Host]resolver.TaskID{}, blocked: map[spec.Path]bool{},
		kept: map[spec.Path]bool{}, calls: map[resolver.NodeID]bool{}, nodes: map[resolver.NodeID]Node{}, needed: map[resolver.NodeID][]Node{}}
	for _, p := range append(slices.Clip(s.earlier), s.Plan) {
		for _, n := range p.Nodes {
			called := cmp.Or(n.CalledAs, n.ID)
			b.nodes[n.ID], b.needed[called] = n, append(b.needed[called], n)
		}
	}
	for i := range views {
		v := &views[i]
		if v.Err != nil && slices.ContainsFunc(s.tasks, func(t *task) bool { return t.Host == v.Host && t.attempt > 0 }) {
			b.problem(spec.MakePath(v.Host), "it cannot be looked at, and stays as it is: %v", v.Err)
		}
		for j := range v.Stacks {
			at := v.Stacks[j].Path
			b.stacks[at], b.planned[at] = &v.Stacks[j], v.Stacks[j].Names()
		}
	}
	for _, t := range s.tasks {
		if t.rollback {
			b.rounds[t.Undoes]++
		}
	}
	return b
}

// takenBack are the steps of tasks that rollbacks took back, by their index.
func (s *State) takenBack() map[resolver.TaskID]map[int]bool {
	out := map[resolver.TaskID]map[int]bool{}
	for _, t := range s.tasks {
		for i, of := range t.Takes {
			if i < len(t.steps) && t.steps[i].Status == Done {
				if out[t.Undoes] == nil {
					out[t.Undoes] = map[int]bool{}
				}
				out[t.Undoes][of] = true
			}
		}
	}
	return out
}

func (b *rollbackPlan) problem(at spec.Path, format string, args ...any) {
	b.out.Problems = append(b.out.Problems, spec.Problem{Path: at, Msg: fmt.Sprintf(format, args...)})
}

// add takes back what a task did, its last step first.
func (b *rollbackPlan) add(t *task) {
	service := spec.MakePath(t.Host, t.Lifecycle)
	if b.stacks[service] == nil || b.blocked[service] {
		return
	}
	undo := PlannedTask{Undoes: t.ID, Task: resolver.Task{Node: t.Node, Host: t.Host, Lifecycle: t.Lifecycle, Simulated: t.Simulated,
		ID: resolver.TaskID(fmt.Sprintf("%s~%d%s", t.ID, b.rounds[t.ID]+1, b.state.planner())), From: b.planned[service]}}
	did := b.did(t)
	for i := len(did) - 1; i >= 0; i-- {
		if b.undone[t.ID][i] {
			continue
		}
		if step, ok := b.opposite(t, did[i], spec.StackAfter(undo.From, undo.Steps)); ok {
			undo.Steps, undo.Takes = append(undo.Steps, step), append(undo.Takes, i)
		}
		if b.blocked[service] {
			break
		}
	}
	if len(undo.Steps) == 0 {
		return
	}
	undo.Usual = make([]time.Duration, len(undo.Steps))
	if id := b.last[t.Host]; id != "" {
		undo.After = append(undo.After, id)
	}
	for _, d := range b.dependents(t) {
		if id := b.inverse[d.ID]; !slices.Contains(undo.After, id) {
			undo.After = append(undo.After, id)
		}
	}
	b.planned[service] = spec.StackAfter(undo.From, undo.Steps)
	b.last[t.Host], b.inverse[t.ID] = undo.ID, undo.ID
	b.out.planned.Tasks = append(b.out.planned.Tasks, undo)
}

// dependents are the tasks that needed one, and in the place of those that have nothing to
// be taken back the ones that needed these.
func (b *rollbackPlan) dependents(t *task) []*task {
	var out []*task
	for _, d := range t.dependents {
		switch {
		case d.rollback:
		case b.inverse[d.ID] != "":
			out = append(out, d)
		default:
			out = append(out, b.dependents(d)...)
		}
	}
	return out
}

// didStep is a step that a task did, or began.
type didStep struct {
	spec.Step
	run  spec.RunID // in which; "" if it was not begun, or somebody else did it
	done bool
}

// did tells what a task did: what its log says, and of the steps that it does not know a run
// of its own to have done, what the host says. A run may have gone on without being heard, or
// have been interrupted, before somebody made good what was left.
func (b *rollbackPlan) did(t *task) []didStep {
	var out []didStep
	for i, s := range slices.Concat(t.Steps, t.rest) {
		x := didStep{Step: s}
		if i < len(t.steps) && t.steps[i].Status == Done && t.steps[i].Run != "" {
			x.run, x.done = t.steps[i].Run, true
		} else {
			x.run, x.done = b.onHost(t, s)
		}
		out = append(out, x)
	}
	return out
}

// onHost says whether a step was begun by a run of a task, and whether it was done, as the
// host knows it.
func (b *rollbackPlan) onHost(t *task, s spec.Step) (by spec.RunID, done bool) {
	now := b.stacks[spec.MakePath(t.Host, t.Lifecycle)]
	ours := func(id spec.RunID) bool { return isRunOf(id, b.state.ID, t.ID) }
	if s.Action == spec.Enter {
		for _, a := range now.Applied {
			if a.State == s.State && ours(a.By) {
				return a.By, true
			}
		}
	} else {
		for _, c := range now.Calls {
			if c.State == s.State && ours(c.By) && (s.Action == spec.Leave && c.Action == spec.Leave || s.Action == spec.Call && c.Provide == s.Provide && !c.Changed()) {
				by, done = c.By, true
			}
		}
	}
	for f := now.Fault; f != nil && !done; f = f.Earlier {
		if f.Step.State == s.State && f.Step.Action == s.Action && f.Step.Provide == s.Provide && ours(f.By) {
			return f.By, false
		}
	}
	return by, done
}

// begun is when a run of a task did something last, as the host knows it; zero if none did.
func (b *rollbackPlan) begun(t *task) (at time.Time) {
	now := b.stacks[spec.MakePath(t.Host, t.Lifecycle)]
	if now == nil {
		return at
	}
	for _, a := range now.Applied {
		if isRunOf(a.By, b.state.ID, t.ID) && a.At.After(at) {
			at = a.At
		}
	}
	for _, c := range now.Calls {
		if end := c.At.Add(c.Took); isRunOf(c.By, b.state.ID, t.ID) && end.After(at) {
			at = end
		}
	}
	if f := now.Fault; f != nil && isRunOf(f.By, b.state.ID, t.ID) && f.At.After(at) {
		at = f.At
	}
	return at
}

// end is when a task ended.
func (b *rollbackPlan) end(t *task) time.Time {
	if t.attempt == 0 {
		return b.begun(t)
	}
	return t.ended
}

// opposite is the step that takes another one back, given the stack that it starts on; false
// if there is nothing to be taken back.
func (b *rollbackPlan) opposite(t *task, s didStep, from []string) (spec.Step, bool) {
	service, none := spec.MakePath(t.Host, t.Lifecycle), spec.Step{}
	if s.run == "" {
		return none, false
	}
	applied, by := slices.Contains(from, s.State), b.neededBy(t.Node)
	switch {
	case s.Action == spec.Call && applied && by != "":
		b.calls[t.Node] = true
		b.keep(service, from[:slices.Index(from, s.State)+1])
		b.problem(service.Join(s.State, s.Provide), "%s, which stays, needs what it called: it is not taken back", by)
		return none, false
	case s.Action == spec.Call:
		return spec.Step{Action: spec.TakeBack, State: s.State, Provide: s.Provide, Run: s.run}, applied
	case s.Action == spec.Enter && !s.Again && !s.done: // it may be there in part
		return spec.Step{Action: spec.Leave, State: s.State}, !applied
	case s.Action == spec.Enter && !applied, s.Action == spec.Leave && s.done && applied:
		return none, false // somebody did so already
	case s.Action == spec.Enter && b.kept[service.Join(s.State)]:
		return none, false
	case s.Action == spec.Enter && !s.Again && top(from) != s.State:
		b.block(service, from)
		b.problem(service.Join(s.State), "%s was entered on top of it since: it stays as it is", top(from))
		return none, false
	case s.Action == spec.Enter && !s.Again && b.calledBy(service, s.State) != nil:
		b.block(service, from)
		b.problem(service.Join(s.State), "%s was called there since, by %s: it stays as it is", b.calledBy(service, s.State).Provide, b.calledBy(service, s.State).By)
		return none, false
	case s.Action == spec.Enter && !s.Again:
		return spec.Step{Action: spec.Leave, State: s.State}, true
	}
	before := slices.IndexFunc(t.Before, func(a spec.Applied) bool { return a.State == s.State })
	if before < 0 {
		b.keep(service, []string{s.State})
		b.problem(service.Join(s.State), "what it was entered with before is not known: it stays as it is")
		return none, false
	}
	return spec.Step{Action: spec.Enter, State: s.State, Again: applied, Inputs: withoutSecrets(t.Before[before].Inputs)}, true
}

// withoutSecrets leaves out values that agents do not tell: a state that is entered again
// keeps those.
func withoutSecrets(in spec.Inputs) spec.Inputs {
	out := in.Clone()
	for _, sets := range out {
		for _, set := range sets {
			maps.DeleteFunc(set, func(_ string, x any) bool { _, secret := x.(value.Secret); return secret })
		}
	}
	return out
}
