package trial

import (
	"strings"
	"sync"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// fleet is simulated hosts, all offering the same lifecycles, and what they log.
type fleet struct {
	*agentd.Fleet
	hosts []spec.Host // in the order in which a test names them

	mu   sync.Mutex // guards logs
	logs []line
}

type line struct {
	host spec.Host
	text string
}

func newFleet(lifecycles []*lifecycle.Lifecycle, hosts []string, system spec.OS) (f *fleet, err error) {
	f = &fleet{}
	for _, h := range hosts {
		f.hosts = append(f.hosts, spec.Host(h))
	}
	f.Fleet, err = agentd.Simulate("trial", agentd.Config{Info: spec.Info{OS: system}, Lifecycles: lifecycles}, 1, f.hosts...)
	return f, err
}

func (f *fleet) service(h spec.Host) (*agentd.Service, error) {
	if a, ok := f.Services[h]; ok {
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

// parseSystem reads "debian 13", "debian:13" or "debian".
func parseSystem(text string) spec.OS {
	name, release, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), ":", " "), " ")
	return spec.OS{Name: name, Release: release}
}
