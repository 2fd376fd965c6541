package deploy

import (
	"cmp"
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
)

// DriftOf says of what drift is looked for: of a lifecycle of a host, of all of it without
// one, of all hosts that can be reached without a host.
type DriftOf struct {
	Host      spec.Host
	Lifecycle string
}

func (d DriftOf) String() string {
	switch {
	case d.Host == "":
		return "all hosts"
	case d.Lifecycle == "":
		return string(d.Host)
	}
	return string(d.Host) + " " + d.Lifecycle
}

// LookForDrift asks hosts, all at once, what is not as it was left, and says which could not
// be asked.
func LookForDrift(ctx context.Context, f Fleet, of DriftOf) (out spec.Drift, failed []error) {
	hosts := []spec.Host{of.Host}
	if of.Host == "" {
		hosts = nil
		for _, h := range f.Hosts() {
			hosts = append(hosts, h.Host)
		}
	}
	all := make([]spec.Drift, len(hosts))
	errs := InParallel(len(hosts), func(i int) error {
		return AskHost(ctx, f, hosts[i], func(ctx context.Context, a spec.Agent) (err error) {
			all[i], err = a.Drift(ctx, of.Lifecycle)
			return err
		})
	})
	for i, d := range all {
		if errs[i] != nil {
			failed = append(failed, spec.Errorf(spec.KindOf(errs[i]), "%s: %s", hosts[i], spec.AsError(errs[i]).Msg))
			continue
		}
		out.Looked += d.Looked
		out.Findings = append(out.Findings, d.Findings...)
	}
	return out, failed
}

// Found says how what was changed is now.
func Found(f spec.EffectFinding) string {
	switch {
	case f.State == spec.EffectBefore:
		return "it is as before again"
	case f.Now == "nothing":
		return "it is gone"
	case f.State == spec.EffectOther && f.Diff != "", f.Effect.After.Kind.KeptApart() && f.Effect.After.Brief().Digest != "" && f.Now != "":
		return "it was changed: it is " + f.Now
	}
	return "it is " + f.Now
}

// Repair enters states of a lifecycle again whose work is not as they left it.
type Repair struct {
	Service spec.Path // /host/Lifecycle
	Work    spec.Work
	Preview []spec.StepPreview
}

// PlanRepairs asks the hosts how states are entered again of which something was found, and
// what that changes. What calls changed is left out: nothing is called twice.
func PlanRepairs(ctx context.Context, f Fleet, findings []spec.EffectFinding) ([]Repair, error) {
	var out []Repair
	states := map[spec.Path][]string{}
	for _, x := range findings {
		service := x.Path.Cut(2)
		if x.Path.Provide() != string(spec.Enter) || slices.Contains(states[service], x.Path.State()) {
			continue
		}
		if states[service] == nil {
			out = append(out, Repair{Service: service})
		}
		states[service] = append(states[service], x.Path.State())
	}
	errs := InParallel(len(out), func(i int) error {
		service := out[i].Service
		return askHost(ctx, f, service.Host(), previewTime, func(ctx context.Context, a spec.Agent) error {
			return out[i].plan(ctx, a, states[service])
		})
	})
	return out, cmp.Or(errs...)
}

func (r *Repair) plan(ctx context.Context, a spec.Agent, states []string) error {
	stacks, err := a.Stacks(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(stacks, func(s spec.Stack) bool { return s.Path == r.Service })
	if i < 0 {
		return spec.Errorf(spec.NotFound, "there is no %s any more", r.Service)
	}
	route, err := a.Route(ctx, spec.RouteQuery{Provide: r.Service.Join(stacks[i].Top()), Again: states})
	if err != nil {
		return err
	}
	r.Work = spec.Work{Lifecycle: route.Lifecycle, From: route.From, Module: route.Module}
	for _, s := range route.Steps {
		r.Work.Steps = append(r.Work.Steps, spec.Step{Action: s.Action, State: s.State, Provide: s.Provide, Again: s.Again})
	}
	problems, err := a.Check(ctx, r.Work)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return spec.Errorf(spec.Invalid, "%s cannot be entered again: %s: %s", r.Service, problems[0].Path, problems[0].Msg).
			WithHint("enter it again with other values: armonic state-goto --again")
	}
	r.Preview, err = a.Preview(ctx, r.Work)
	return err
}

// Run carries the repair out to its end, if it still does what was shown, and tells what
// happens; told may be nil. What a guarded step changes is confirmed as soon as the agent is
// back: it is what was confirmed before.
func (r *Repair) Run(ctx context.Context, f Fleet, id spec.RunID, by string, told func(spec.Run, spec.Event)) error {
	a, err := f.Agent(r.Service.Host())
	if err != nil {
		return err
	}
	run := spec.Run{ID: id, By: by, Shown: spec.Shown(r.Preview), Work: r.Work}
	if err := a.Start(ctx, run); err != nil {
		return err
	}
	var failed error
	err = FollowRun(ctx, a, run.ID, spec.NewEventCheck(run), func(ev spec.Event) error {
		if told != nil {
			told(run, ev)
		}
		switch {
		case ev.Kind == spec.EventGuarded:
			go func() { _ = a.Confirm(ctx, run.ID) }() // if that fails, the run says so
		case ev.Kind == spec.EventRunDone && ev.Err != nil:
			failed = ev.Err
		}
		return nil
	})
	return cmp.Or(err, failed)
}
