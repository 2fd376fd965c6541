package trial

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// fleet is simulated hosts, all offering the same lifecycles.
type fleet struct {
	hosts  []spec.Host
	agents map[spec.Host]*agentd.Service

	mu   sync.Mutex // guards logs
	logs []line
}

type line struct {
	host spec.Host
	text string
}

func newFleet(lifecycles []*lifecycle.Lifecycle, hosts []string, system spec.OS) (*fleet, error) {
	f := &fleet{agents: map[spec.Host]*agentd.Service{}}
	for i, name := range hosts {
		h := spec.Host(name)
		if f.agents[h] != nil {
			f.close()
			return nil, spec.Errorf(spec.Invalid, "there are two hosts %s", h)
		}
		a, err := agentd.New(agentd.Config{
			Info:       spec.Info{Host: h, Address: fmt.Sprintf("192.0.2.%d", i%250+1), OS: system, Simulated: true},
			Lifecycles: lifecycles,
			Store:      lifecycle.NewMemory(),
		})
		if err != nil {
			f.close()
			return nil, err
		}
		f.hosts = append(f.hosts, h)
		f.agents[h] = a
	}
	return f, nil
}

// Name is "trial".
func (f *fleet) Name() string { return "trial" }

// Hosts lists the hosts, all of them on.
func (f *fleet) Hosts() []spec.HostStatus {
	out := make([]spec.HostStatus, len(f.hosts))
	for i, h := range f.hosts {
		out[i] = spec.HostStatus{Host: h, Link: spec.LinkOn}
	}
	slices.SortFunc(out, func(a, b spec.HostStatus) int { return strings.Compare(string(a.Host), string(b.Host)) })
	return out
}

// Agent gives the agent of a host.
func (f *fleet) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.service(h)
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (f *fleet) service(h spec.Host) (*agentd.Service, error) {
	if a, ok := f.agents[h]; ok {
		return a, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h)).WithHint("the hosts are %v; fleet(…) makes others", f.hosts)
}

func (f *fleet) addLine(h spec.Host, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logs = append(f.logs, line{h, text})
}

func (f *fleet) lines(h string, from int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []string{}
	for _, l := range f.logs[from:] {
		if h == "" || string(l.host) == h {
			out = append(out, l.text)
		}
	}
	return out
}

func (f *fleet) close() {
	for _, a := range f.agents {
		a.Close()
	}
}

// parseSystem reads "debian 13", "debian:13" or "debian".
func parseSystem(text string) spec.OS {
	name, release, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), ":", " "), " ")
	return spec.OS{Name: name, Release: release}
}
