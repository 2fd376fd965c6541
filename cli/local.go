package cli

import (
	"io"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// localFleet is the agent of this host, in this process.
type localFleet struct {
	info    spec.Info
	agent   *agentd.Service
	journal *journal.Journal
}

// newLocal opens the state of the agent and starts it. A zero system is detected;
// what of the state is damaged goes to warn.
func newLocal(lifecycles []*lifecycle.Lifecycle, dir string, system spec.OS, limit time.Duration, warn io.Writer) (*localFleet, error) {
	info, err := thisHost(system)
	if err != nil {
		return nil, err
	}
	j, err := openJournal(dir, warn)
	if err != nil {
		return nil, err
	}
	a, err := agentd.New(agentd.Config{Info: info, Lifecycles: lifecycles, Store: j, RunStore: j, Limit: limit, Load: loadAverage})
	if err != nil {
		_ = j.Close() // the first error counts
		return nil, err
	}
	return &localFleet{info: info, agent: a, journal: j}, nil
}

// Name is "local".
func (f *localFleet) Name() string { return "local" }

// Hosts is this host.
func (f *localFleet) Hosts() []deploy.HostStatus {
	return []deploy.HostStatus{{Host: f.info.Host, Link: deploy.On, Since: f.info.Since, Version: f.info.Version, OS: f.info.OS}}
}

// Agent gives the agent of this host.
func (f *localFleet) Agent(h spec.Host) (spec.Agent, error) {
	if h == f.info.Host {
		return f.agent, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h)).
		WithHint("--local is this host, %s", f.info.Host)
}

// Close stops the agent, waits for it, and lets go of its state.
func (f *localFleet) Close() {
	f.agent.Close()
	_ = f.journal.Close() // all it was given is on the disk already
}

// thisHost describes this machine.
func thisHost(system spec.OS) (spec.Info, error) {
	name, err := hostName()
	if err != nil {
		return spec.Info{}, err
	}
	if system == (spec.OS{}) {
		system = detectOS()
	}
	return spec.Info{Host: name, Address: string(name), OS: system, Version: version(), Since: time.Now()}, nil
}
