package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// NewSession plans what is left of a deployment again, from what the hosts are now: with
// the same answers, which may be changed, and with what calls have returned.
func (r *Rollout) NewSession() *deploy.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.NewSession(r.fleet)
}

// NewSession plans what is left of a deployment again, see Rollout.NewSession.
func (s *State) NewSession(f deploy.Fleet) *deploy.Session {
	out := deploy.NewSession(f, s.Pattern)
	if s.Plan != nil {
		out.SetAnswers(s.Plan.Decisions())
	}
	return out
}

// Rest is what a session's plan leaves to be done of the deployment: without the calls that it
// has made already with the same values.
func (r *Rollout) Rest(s *deploy.Session) *resolver.Plan {
	plan := newPlan(s, nil)
	r.mu.Lock()
	r.state.withoutDone(plan)
	r.mu.Unlock()
	out := &resolver.Plan{After: s.Result().Plan.After}
	for _, t := range plan.Tasks {
		out.Tasks = append(out.Tasks, t.Task)
		if !slices.Contains(out.Hosts, t.Host) {
			out.Hosts = append(out.Hosts, t.Host)
		}
	}
	return out
}

// Replan goes on with another plan for what is left: that of a session from NewSession, or
// of any other for the same provide. What this deployment has called already with the same
// values is not called again. The error is spec.Invalid if the session has no plan, or
// something runs.
func (r *Rollout) Replan(s *deploy.Session, opt Options) error {
	if s.Result().Plan == nil {
		return spec.Errorf(spec.Invalid, "the deployment is not planned yet: answers are missing or wrong")
	}
	err := r.mayDecide()
	if err != nil {
		return err
	}
	plan := newPlan(s, nil)
	r.change(func() {
		switch {
		case r.closed:
			err = errDetached()
		case r.state.gone() != nil:
			err = r.state.gone()
		case r.state.running > 0:
			err = spec.Errorf(spec.Invalid, "%s still run; what is left can be planned again when they have ended", spec.Count(r.state.running, "task", "tasks")).
				WithHint("stop the deployment, or wait")
		case s.Pattern() != r.state.Pattern:
			err = spec.Errorf(spec.Invalid, "this deployment is of %s, not of %s", r.state.Pattern, s.Pattern())
		default:
			plan.show(opt.Shown)
			plan.unpin(opt)
			r.state.renumber(plan)
			r.state.withoutDone(plan)
			plan.Hosts = hostsOf(r.state, plan)
			r.record(Record{Kind: RecordPlanned, Who: r.by, Plan: plan})
			r.demand(plan, opt.Shown)
		}
	})
	if err == nil {
		err = r.durable()
	}
	r.poke()
	return err
}

// withoutDone leaves out the calls that were made already with the same values, unless they
// were taken back.
func (s *State) withoutDone(p *Plan) {
	called, by := map[resolver.NodeID]string{}, map[resolver.NodeID]resolver.TaskID{}
	taken := s.takenBack()
	for _, t := range s.tasks {
		for i, step := range t.Steps {
			if step.Action == spec.Call && !t.rollback && i < len(t.steps) && t.steps[i].Status == Done && !taken[t.ID][i] {
				called[t.Node], by[t.Node] = s.digestOf(t, i), t.ID
			}
		}
	}
	gone := map[resolver.TaskID][]resolver.TaskID{} // tasks that are left out, and what comes in their place
	made := map[resolver.NodeID]bool{}              // calls that are left out
	kept := map[resolver.NodeID]bool{}              // nodes of which something is left to be done
	whole := p.whole()
	var tasks []PlannedTask
	for _, t := range p.Tasks {
		t.After = inPlace(t.After, func(id resolver.TaskID) []resolver.TaskID { return gone[id] })
		n := len(t.Steps)
		if t.Steps[n-1].Action == spec.Call && called[t.Node] != "" && t.Drains == "" && t.Enables == "" && !kept[t.Checks] && called[t.Node] == s.digestNow(whole, &t, made) {
			made[t.Node] = true
			t.Steps = t.Steps[:n-1]
			t.Usual, t.Shown = t.Usual[:min(n-1, len(t.Usual))], t.Shown[:min(n-1, len(t.Shown))]
		}
		if len(t.Steps) == 0 { // whoever needs it needs the call that was made, and what else it needed
			gone[t.ID] = append(t.After, by[t.Node])
			continue
		}
		kept[t.Node] = true
		tasks = append(tasks, t)
	}
	p.Tasks = slices.DeleteFunc(tasks, func(t PlannedTask) bool { // nothing of theirs is left
		of := string(cmp.Or(t.Drains, t.Enables))
		return of != "" && !slices.ContainsFunc(tasks, func(x PlannedTask) bool {
			return !x.aside() && (string(x.Node) == of || strings.HasPrefix(string(x.Node), of+"/"))
		})
	})
}

// renumber gives the tasks of a plan ids that none of the deployment has.
func (s *State) renumber(p *Plan) {
	number := map[resolver.NodeID]int{}
	for _, t := range s.tasks {
		number[t.Node]++
	}
	ids := map[resolver.TaskID][]resolver.TaskID{}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		now := resolver.TaskID(fmt.Sprintf("%s#%d%s", t.Node, number[t.Node], s.planner()))
		number[t.Node]++
		t.After = inPlace(t.After, func(id resolver.TaskID) []resolver.TaskID { return ids[id] })
		ids[t.ID] = []resolver.TaskID{now}
		t.ID = now
	}
}

// inPlace puts other ids in the place of some.
func inPlace(ids []resolver.TaskID, others func(resolver.TaskID) []resolver.TaskID) []resolver.TaskID {
	var out []resolver.TaskID
	for _, id := range ids {
		more := others(id)
		if more == nil {
			more = []resolver.TaskID{id}
		}
		for _, x := range more {
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// digestOf identifies a call that was made, with the values that it was made with; "" if
// these are not known.
func (s *State) digestOf(t *task, i int) string {
	step := t.Steps[i]
	if deferred(step) {
		steps, err := s.fill(t)
		if err != nil {
			return ""
		}
		step = steps[i]
	}
	return digest(t.Host, t.Lifecycle, step)
}

// digestNow identifies the call that a task of another plan would make: of calls that are
// left out it is known what they return. It is "" if that of others is needed.
func (s *State) digestNow(whole *resolver.Plan, t *PlannedTask, made map[resolver.NodeID]bool) string {
	steps, err := whole.FillReturns(&t.Task, func(id resolver.NodeID) (any, bool) { return s.Returns[id], made[id] })
	if err != nil {
		return ""
	}
	return digest(t.Host, t.Lifecycle, steps[len(steps)-1])
}

func (p *Plan) whole() *resolver.Plan {
	out := &resolver.Plan{}
	for _, t := range p.Tasks {
		out.Tasks = append(out.Tasks, t.Task)
	}
	return out
}

func digest(h spec.Host, lifecycle string, step spec.Step) string {
	return strings.Join([]string{string(h), lifecycle, step.State, step.Provide, value.Digest(step.Inputs)}, "\x00")
}

// hostsOf are the hosts that the deployment has touched and will touch.
func hostsOf(s *State, p *Plan) []spec.Host {
	out := slices.Clone(s.Hosts)
	for _, t := range p.Tasks {
		if !slices.Contains(out, t.Host) {
			out = append(out, t.Host)
		}
	}
	return out
}
