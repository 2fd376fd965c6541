package web

import (
	"context"
	"slices"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// host is what the page of one host shows.
type host struct {
	deploy.HostView
	Sign    sign
	Applied []spec.Stack // of which more is applied than the first state
	Others  []spec.Stack
}

func (v *visit) hostView() (deploy.HostView, error) {
	name := spec.Host(v.r.PathValue("host"))
	if !slices.ContainsFunc(v.Fleet.Hosts(), func(h spec.HostStatus) bool { return h.Host == name }) {
		return deploy.HostView{}, spec.Errorf(spec.NotFound, "there is no host %q", name)
	}
	return deploy.SurveyHost(v.r.Context(), v.Fleet, name), nil
}

func hostPage(v *visit) error {
	view, err := v.hostView()
	if err != nil {
		return err
	}
	h := host{HostView: view, Sign: link(view.Link)}
	for _, s := range view.Stacks {
		if len(s.Applied) > 1 || s.Doing != nil || s.Fault != nil {
			h.Applied = append(h.Applied, s)
		} else {
			h.Others = append(h.Others, s)
		}
	}
	return v.show("host", "fleet", string(view.Host), h)
}

// oneLifecycle is what the page of a lifecycle on a host shows.
type oneLifecycle struct {
	spec.Stack
	Host     spec.Host
	Machine  machine
	Goal     string
	Way      []spec.Step
	WayErr   error
	Provides []spec.Provide
	History  []deploy.Past // the newest first
	May      rights
}

func lifecyclePage(v *visit) error {
	view, err := v.hostView()
	if err != nil {
		return err
	}
	name := v.r.PathValue("lifecycle")
	if view.Err != nil {
		return view.Err
	}
	i := slices.IndexFunc(view.Stacks, func(s spec.Stack) bool { return s.Path.Lifecycle() == name })
	if i < 0 {
		return spec.Errorf(spec.NotFound, "there is no lifecycle %q on %s", name, view.Host)
	}
	x := oneLifecycle{Stack: view.Stacks[i], Host: view.Host, Goal: v.r.URL.Query().Get("goal")}
	x.History, _ = deploy.History(v.r.Context(), v.Fleet, deploy.DriftOf{Host: view.Host, Lifecycle: name})
	x.History = x.History[:min(len(x.History), 20)]
	err = deploy.AskHost(v.r.Context(), v.Fleet, view.Host, func(ctx context.Context, a spec.Agent) error {
		if x.Provides, err = a.Provides(ctx, spec.Pattern("/"+string(view.Host)+"/"+name+"/*/*")); err != nil {
			return err
		}
		if x.Goal != "" {
			route, err := a.Route(ctx, spec.RouteQuery{Provide: x.Path.Join(x.Goal)})
			x.Way, x.WayErr = route.Steps, err
		}
		return nil
	})
	if err != nil {
		return err
	}
	x.May.add(view.Host, &view.Info)
	x.Machine = drawMachine(&x.Stack, x.Goal, x.Way)
	return v.show("lifecycle", "fleet", name+" on "+string(view.Host), x)
}
