package inprocess

import (
	"io"
	"path/filepath"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// Local is the agent of this host, in this process.
type Local struct {
	info    spec.Info
	Service *agentd.Service
	journal *journal.Journal
}

// OpenLocal opens the state of the agent and starts it. Its commands run on
// machine. A zero system is detected; what of the state is damaged goes to warn.
func OpenLocal(lifecycles []*lifecycle.Lifecycle, dir string, machine *host.Host, system spec.OS, limit time.Duration, warn io.Writer) (*Local, error) {
	info, err := thisHost(system)
	if err != nil {
		return nil, err
	}
	j, err := OpenJournal(dir, warn)
	if err != nil {
		return nil, err
	}
	a, err := agentd.New(agentd.Config{Info: info, Lifecycles: lifecycles, Store: j, RunStore: j, Archive: j, Proposals: j, Limit: limit, Load: LoadAverage, Commands: machine, Power: machine})
	if err != nil {
		_ = j.Close() // the first error counts
		return nil, err
	}
	return &Local{info: info, Service: a, journal: j}, nil
}

// Name is "local".
func (f *Local) Name() string { return "local" }

// Hosts is this host.
func (f *Local) Hosts() []spec.HostStatus {
	return []spec.HostStatus{{Host: f.info.Host, Link: spec.LinkOn, Since: f.info.Since, Version: f.info.Version, OS: f.info.OS}}
}

// Agent gives the agent of this host.
func (f *Local) Agent(h spec.Host) (spec.Agent, error) {
	if h == f.info.Host {
		return f.Service, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h)).
		WithHint("--local is this host, %s", f.info.Host)
}

// Close stops the agent, waits for it, and lets go of its state.
func (f *Local) Close() {
	f.Service.Close()
	_ = f.journal.Close() // all it was given is on the disk already
}

// OpenJournal opens what the agent of this host remembers, in a folder that only
// one process uses at a time. Lifecycles whose records are damaged are named: they
// cannot be used, the others can.
func OpenJournal(dir string, warn io.Writer) (*journal.Journal, error) {
	j, err := journal.Open(filepath.Join(dir, journal.File), journal.Options{})
	if err != nil {
		return nil, err
	}
	for _, err := range j.Damaged() {
		output.Printf(warn, "warning: %v\n", err)
		if hint := spec.HintOf(err); hint != "" {
			output.Printf(warn, "  hint: %s\n", hint)
		}
	}
	return j, nil
}
