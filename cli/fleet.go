package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// globals are the flags that every command has.
type globals struct {
	moduleDirs []string
	bare       bool // without the shipped modules
	demo       bool
	local      bool
	pace       time.Duration
	stateDir   string
	limit      time.Duration // of a step of the local agent
	system     string        // instead of the one that hosts have
	flags      *pflag.FlagSet
}

func (g *globals) register(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringArrayVar(&g.moduleDirs, "module-dir", nil, "also load the modules in `DIR` (repeatable)")
	f.BoolVar(&g.bare, "no-default-modules", false, "leave out the modules that come with Armonic")
	f.BoolVar(&g.local, "local", false, "use the agent of this host, in this process; what it does is real")
	f.StringVar(&g.stateDir, "state-dir", "", "the agent of this host keeps its state in `DIR` (default /var/lib/armonic as root, else "+filepath.Join("~", ".local", "state", "armonic")+")")
	f.DurationVar(&g.limit, "step-limit", time.Hour, "how long a step may take with --local; 0 is for ever")
	f.StringVar(&g.system, "os", "", "take hosts for `NAME[:RELEASE]`, such as debian:12, instead of what they are")
	f.BoolVar(&g.demo, "demo", false, "use a fleet of simulated hosts; nothing on this machine is changed")
	f.DurationVar(&g.pace, "demo-pace", defaultPace, "pause of simulated hosts at each line they log")
	g.registerConnection(f)
}

// defaultPace is slow enough to watch and fast enough not to bore.
const defaultPace = 120 * time.Millisecond

// open makes the fleet that the flags and settings name. Warnings go to s.Err. If
// shows, the caller shows how the connection is: then one that cannot be made yet is no
// error. closeFleet ends it.
func open(ctx context.Context, g *globals, s Streams, shows bool) (fleet deploy.Fleet, closeFleet func(), err error) {
	warn := s.Err
	if g.demo && g.local {
		return nil, nil, spec.Errorf(spec.Invalid, "--demo and --local cannot be had together")
	}
	if !g.demo && !g.local {
		c, _, err := g.client()
		if err != nil {
			return nil, nil, err
		}
		f, err := newLive(ctx, c, s, shows)
		if err != nil {
			return nil, nil, err
		}
		return f, f.Close, nil
	}
	system, err := parseOS(g.system)
	if err != nil {
		return nil, nil, err
	}
	loader, set, err := load(g)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range set.Warnings {
		_, _ = fmt.Fprintln(warn, "warning: "+set.Explain(w))
	}
	if g.local {
		f, err := newLocal(set.Lifecycles, g.localState(), system, g.limit, warn)
		if err != nil {
			return nil, nil, err
		}
		stop := keepLoaded(loader, f.agent)
		return f, func() { stop(); f.Close() }, nil
	}
	if system == (spec.OS{}) {
		system = spec.OS{Name: "debian", Release: "13"}
	}
	f, err := newDemo(set.Lifecycles, g.pace, system)
	if err != nil {
		return nil, nil, err
	}
	stop := keepLoaded(loader, slices.Collect(maps.Values(f.agents))...)
	return f, func() { stop(); f.Close() }, nil
}

// localState is where the agent of this host keeps its state.
func (g *globals) localState() string {
	switch {
	case g.stateDir != "":
		return g.stateDir
	case os.Geteuid() == 0:
		return systemState
	}
	return stateDir()
}

// demoFleet is a fleet of simulated agents in this process.
type demoFleet struct {
	hosts  []spec.Host
	agents map[spec.Host]*agentd.Service
	since  time.Time
	system spec.OS
}

func demoHosts() []spec.Host { return []spec.Host{"db1", "lb1", "web1", "web2", "web3"} }

// newDemo starts the five hosts of the demo, all offering the same lifecycles.
func newDemo(lifecycles []*lifecycle.Lifecycle, pace time.Duration, system spec.OS) (*demoFleet, error) {
	f := &demoFleet{agents: map[spec.Host]*agentd.Service{}, since: time.Now(), system: system}
	for i, h := range demoHosts() {
		a, err := agentd.New(agentd.Config{
			Info: spec.Info{Host: h, Address: fmt.Sprintf("192.0.2.%d", 11+i), OS: system,
				Version: version(), Simulated: true, Since: f.since},
			Lifecycles: lifecycles,
			Store:      lifecycle.NewMemory(),
			Pace:       pace,
		})
		if err != nil {
			f.Close()
			return nil, err
		}
		f.hosts = append(f.hosts, h)
		f.agents[h] = a
	}
	return f, nil
}

// Name is "demo".
func (f *demoFleet) Name() string { return "demo" }

// Hosts lists the hosts, all of them on.
func (f *demoFleet) Hosts() []deploy.HostStatus {
	out := make([]deploy.HostStatus, len(f.hosts))
	for i, h := range f.hosts {
		out[i] = deploy.HostStatus{Host: h, Link: deploy.On, Since: f.since, Version: version(), OS: f.system}
	}
	return out
}

// Agent gives the agent of a host.
func (f *demoFleet) Agent(h spec.Host) (spec.Agent, error) {
	if a, ok := f.agents[h]; ok {
		return a, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h)).
		WithHint("the hosts are %v", slices.Sorted(slices.Values(f.hosts)))
}

// Close stops the agents and waits for them.
func (f *demoFleet) Close() {
	for _, h := range f.hosts {
		f.agents[h].Close()
	}
}
