package web

import (
	"context"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// act does with a deployment what its page offers.
func act(v *visit) error {
	id := spec.DeploymentID(v.r.PathValue("id"))
	here := "/deployments/" + string(id)
	do := v.r.PostFormValue("do")
	if do == "resume" {
		return v.resume(id)
	}
	c := v.carried(id)
	if c == nil {
		return spec.Errorf(spec.Conflict, "this deployment is carried out elsewhere").WithHint("go on with it here first")
	}
	ctx := context.WithoutCancel(v.r.Context())
	task := resolver.TaskID(v.r.PostFormValue("task"))
	reason := strings.TrimSpace(v.r.PostFormValue("reason"))
	var err error
	switch do {
	case "stop":
		c.Stop(ctx)
	case "continue":
		err = c.Continue()
	case "retry":
		err = retry(ctx, c.Rollout, task)
	case "skip":
		err = c.Skip(task, reason)
	case "done":
		var returns map[string]any
		if returns, err = parseReturns(v.r.PostFormValue("returns")); err == nil {
			err = c.MarkDone(task, reason, returns)
		}
	case "confirm":
		err = c.Confirm(ctx, task)
	case "edit":
		s := c.NewSession()
		s.SetGroups(v.Groups)
		return v.begin(s, &draft{of: c, label: "Change answers of " + c.Snapshot().Name})
	case "leave":
		v.leave(id)
		return v.say("/deployments", "%s is left. Whoever may can go on with it.", c.Snapshot().Name)
	default:
		err = spec.Errorf(spec.Invalid, "%q cannot be done with a deployment", do)
	}
	if err != nil {
		return err
	}
	return v.goTo(here)
}

// retry does one task again, or all that can be.
func retry(ctx context.Context, r *rollout.Rollout, id resolver.TaskID) error {
	if id != "" {
		return r.Retry(ctx, id)
	}
	for _, t := range r.Snapshot().Retriable() {
		if err := r.Retry(ctx, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// resume goes on here with a deployment that is carried out elsewhere, or was.
func (v *visit) resume(id spec.DeploymentID) error {
	if err := v.takeOver(id, (*rollout.Rollout).Continue); err != nil {
		return err
	}
	return v.say("/deployments/"+string(id), "You carry it out now.")
}

// takeOver has a deployment carried out here that is carried out elsewhere, or was: to do
// something with it.
func (v *visit) takeOver(id spec.DeploymentID, do func(*rollout.Rollout) error) error {
	if v.Logs == nil {
		return spec.Errorf(spec.Unavailable, "the demo keeps no deployments")
	}
	r, err := v.port().Resume(v.r.Context(), string(id))
	if err != nil {
		return err
	}
	if err = deploy.ObserverError(deploy.Observed(v.r.Context(), v.Fleet, r.Summary().Hosts)); err == nil {
		err = do(r)
	}
	if err != nil {
		r.Close()
		return err
	}
	r.Start(context.WithoutCancel(v.r.Context()))
	v.carry(r)
	return nil
}

// parseReturns reads "name=value" by lines.
func parseReturns(text string) (map[string]any, error) {
	var out map[string]any
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		name, x, ok := strings.Cut(l, "=")
		if !ok || name == "" {
			return nil, spec.Errorf(spec.Invalid, "%q is not NAME=VALUE", l)
		}
		if out == nil {
			out = map[string]any{}
		}
		out[name] = x
	}
	return out, nil
}

// drift is what the page of what is not as it was left shows.
type drift struct {
	Looked   int
	Findings []spec.EffectFinding
	Failed   []string
	Hosts    []spec.Host // with findings
}

func driftPage(v *visit) error {
	if !v.r.URL.Query().Has("look") {
		return v.show("drift", "drift", "Drift", nil)
	}
	all, failed := deploy.LookForDrift(v.r.Context(), v.Fleet, deploy.DriftOf{Host: spec.Host(v.r.URL.Query().Get("host"))})
	out := drift{Looked: all.Looked, Findings: all.Findings}
	for _, err := range failed {
		out.Failed = append(out.Failed, err.Error())
	}
	for _, f := range all.Findings {
		if h := f.Path.Host(); !slices.Contains(out.Hosts, h) {
			out.Hosts = append(out.Hosts, h)
		}
	}
	return v.show("drift", "drift", "Drift", &out)
}

// repairing is what the page before a repair shows.
type repairing struct {
	Host    spec.Host
	Repairs []deploy.Repair
}

// repair enters the states of a host again whose work is not as they left it: first it is
// shown, then done.
func repair(v *visit) error {
	of := deploy.DriftOf{Host: spec.Host(v.r.PostFormValue("host"))}
	if of.Host == "" {
		return spec.Errorf(spec.Invalid, "no host is named")
	}
	all, failed := deploy.LookForDrift(v.r.Context(), v.Fleet, of)
	if len(failed) > 0 {
		return failed[0]
	}
	repairs, err := deploy.PlanRepairs(v.r.Context(), v.Fleet, all.Findings)
	if err != nil {
		return err
	}
	if len(repairs) == 0 {
		return v.say("/drift?look=1", "There is nothing to repair on %s.", of.Host)
	}
	if v.r.PostFormValue("sure") == "" {
		return v.show("repair", "drift", "Repair "+string(of.Host), repairing{of.Host, repairs})
	}
	ctx := context.WithoutCancel(v.r.Context())
	for i := range repairs {
		if err := repairs[i].Run(ctx, v.Fleet, spec.RunID(rollout.NewID(v.conf.Now())), v.Who, nil); err != nil {
			return err
		}
	}
	return v.say("/drift?look=1", "%s on %s repaired.", spec.Count(len(repairs), "service was", "services were"), of.Host)
}
