package agentd

import (
	"fmt"
	"maps"
	"slices"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// Fleet is the agents of simulated hosts, in this process.
type Fleet struct {
	Services map[spec.Host]*Service // not to be changed
	name     string
}

// Simulate starts an agent for each host, with an address from 192.0.2.first on and a
// store that forgets. All else is the same for all of them.
func Simulate(name string, c Config, first int, hosts ...spec.Host) (*Fleet, error) {
	f := &Fleet{name: name, Services: map[spec.Host]*Service{}}
	for i, h := range hosts {
		c.Info.Host, c.Info.Address, c.Info.Simulated = h, fmt.Sprintf("192.0.2.%d", i%240+first), true
		c.Store = lifecycle.NewMemory()
		a, err := New(c)
		if f.Services[h] != nil && err == nil {
			a.Close()
			err = spec.Errorf(spec.Invalid, "there are two hosts %s", h)
		}
		if err != nil {
			f.Close()
			return nil, err
		}
		f.Services[h] = a
	}
	return f, nil
}

// Name is what the fleet is called.
func (f *Fleet) Name() string { return f.name }

// Hosts lists the hosts by name, all of them on.
func (f *Fleet) Hosts() []spec.HostStatus {
	var out []spec.HostStatus
	for _, h := range slices.Sorted(maps.Keys(f.Services)) {
		i := f.Services[h].config.Info
		out = append(out, spec.HostStatus{Host: h, Link: spec.LinkOn, Since: i.Since, Version: i.Version, OS: i.OS, Simulated: true})
	}
	return out
}

// Agent gives the agent of a host.
func (f *Fleet) Agent(h spec.Host) (spec.Agent, error) {
	if a, ok := f.Services[h]; ok {
		return a, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h)).
		WithHint("the hosts are %v", slices.Sorted(maps.Keys(f.Services)))
}

// Close stops the agents and waits for them.
func (f *Fleet) Close() {
	for _, a := range f.Services {
		a.Close()
	}
}
