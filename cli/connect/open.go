package connect

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/spec"
)

// StopTime is how long running steps may take to notice that they are cancelled.
const StopTime = 10 * time.Second

// Open makes the fleet that the flags and settings name. Warnings go to s.Err. If
// shows, the caller shows how the connection is: then one that cannot be made yet is no
// error. closeFleet ends it.
func Open(ctx context.Context, g *settings.Global, s output.Streams, shows bool) (fleet deploy.Fleet, closeFleet func(), err error) {
	warn := s.Err
	if g.Demo && g.Local {
		return nil, nil, spec.Errorf(spec.Invalid, "--demo and --local cannot be had together")
	}
	if !g.Demo && !g.Local {
		c, _, err := g.Client()
		if err != nil {
			return nil, nil, err
		}
		f, err := openLive(ctx, c, s, shows)
		if err != nil {
			return nil, nil, err
		}
		return f, f.Close, nil
	}
	system, err := inprocess.ParseOS(g.OS)
	if err != nil {
		return nil, nil, err
	}
	machine := host.New("")
	if g.Local {
		machine = host.New(g.LocalState())
	}
	loader, set, err := inprocess.Load(g, machine)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range set.Warnings {
		_, _ = fmt.Fprintln(warn, "warning: "+set.Explain(w))
	}
	if g.Local {
		f, err := inprocess.OpenLocal(set.Lifecycles, g.LocalState(), machine, system, g.StepLimit, warn)
		if err != nil {
			return nil, nil, err
		}
		stop := inprocess.KeepLoaded(loader, f.Service)
		return f, func() { stop(); f.Close() }, nil
	}
	if system == (spec.OS{}) {
		system = spec.OS{Name: "debian", Release: "13"}
	}
	f, err := inprocess.NewDemo(set.Lifecycles, g.DemoPace, system)
	if err != nil {
		return nil, nil, err
	}
	stop := inprocess.KeepLoaded(loader, slices.Collect(maps.Values(f.Agents))...)
	return f, func() { stop(); f.Close() }, nil
}
