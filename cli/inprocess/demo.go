package inprocess

import (
	"fmt"
	"slices"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// Demo is a fleet of simulated agents in this process.
type Demo struct {
	hosts  []spec.Host
	Agents map[spec.Host]*agentd.Service
	since  time.Time
	system spec.OS
}

// DemoHosts are the names of the hosts of the demo.
func DemoHosts() []spec.Host { return []spec.Host{"db1", "lb1", "web1", "web2", "web3"} }

// NewDemo starts the five hosts of the demo, all offering the same lifecycles.
func NewDemo(lifecycles []*lifecycle.Lifecycle, pace time.Duration, system spec.OS) (*Demo, error) {
	f := &Demo{Agents: map[spec.Host]*agentd.Service{}, since: time.Now(), system: system}
	for i, h := range DemoHosts() {
		a, err := agentd.New(agentd.Config{
			Info: spec.Info{Host: h, Address: fmt.Sprintf("192.0.2.%d", 11+i), OS: system,
				Version: Version(), Simulated: true, Since: f.since},
			Lifecycles: lifecycles,
			Store:      lifecycle.NewMemory(),
			Pace:       pace,
		})
		if err != nil {
			f.Close()
			return nil, err
		}
		f.hosts = append(f.hosts, h)
		f.Agents[h] = a
	}
	return f, nil
}

// Name is "demo".
func (f *Demo) Name() string { return "demo" }

// Hosts lists the hosts, all of them on.
func (f *Demo) Hosts() []spec.HostStatus {
	out := make([]spec.HostStatus, len(f.hosts))
	for i, h := range f.hosts {
		out[i] = spec.HostStatus{Host: h, Link: spec.LinkOn, Since: f.since, Version: Version(), OS: f.system}
	}
	return out
}

// Agent gives the agent of a host.
func (f *Demo) Agent(h spec.Host) (spec.Agent, error) {
	if a, ok := f.Agents[h]; ok {
		return a, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h)).
		WithHint("the hosts are %v", slices.Sorted(slices.Values(f.hosts)))
}

// Close stops the agents and waits for them.
func (f *Demo) Close() {
	for _, h := range f.hosts {
		f.Agents[h].Close()
	}
}
