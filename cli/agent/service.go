package agent

import (
	"cmp"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/modules/quarantine"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// service makes the agent with what it remembers, and what it is handed modules by; end stops it. A
// module that does not load is left out and noted: an agent that did not start could not even say so.
func (d *command) service(log *slog.Logger) (s *agentd.Service, keeper spec.ModuleKeeper, end func(), err error) {
	c := agentd.Config{Limit: d.set.StepLimit, Logger: log, Info: d.info(), Load: inprocess.LoadAverage, Reconnect: d.reconnect,
		Begins: func() { session.Wake(d.begins) }}
	load := d.modules
	load.Monitor = &interp.Monitor{}
	var undo []func()
	undoAll := func() {
		for _, f := range slices.Backward(undo) {
			f()
		}
	}
	defer func() {
		if err != nil {
			undoAll()
		}
	}()
	if d.set.Simulation {
		c.Store = lifecycle.NewMemory()
	} else {
		j, err := inprocess.OpenJournal(d.set.StateDir, d.Err) // first, because one process only may have the folder
		if err != nil {
			return nil, nil, nil, err
		}
		undo = append(undo, func() { _ = j.Close() }) // all it was given is on the disk already
		c.Store, c.RunStore, c.Archive, c.Proposals = j, j, j, j
		if load.Marker, err = quarantine.Open(d.set.StateDir); err != nil {
			return nil, nil, nil, err
		}
	}
	undo = append(undo, inprocess.WatchStuck(load.Monitor, cmp.Or(d.stuckAfter, inprocess.StuckAfter), func(at string) {
		log.Error("a module computes without end; the agent ends, to be started again", "at", at)
		os.Exit(output.ExitFailed)
	}))
	machine := host.New(d.set.StateDir)
	load.Machine, c.Commands, c.Power = machine, machine, machine
	l, first, err := d.loadModules(load, log)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, e := range first.Errors {
		log.Error("a module does not load and is left out", "error", e, "hint", e.Hint)
	}
	for _, w := range first.Set.Warnings {
		log.Warn("a module may be wrong", "module", first.Set.Explain(w))
	}
	for _, e := range first.Set.LeftOut {
		log.Info("a module that comes with armonic is left out", "module", first.Set.Explain(e))
	}
	c.Bundles, c.Lifecycles = l.bundles, first.Set.Lifecycles
	if s, err = agentd.New(c); err != nil {
		return nil, nil, nil, err
	}
	s.Note(l.notes)
	undo = append(undo, s.Close, l.keepLoaded(s))
	return s, l.moduleKeeper(), undoAll, nil
}

// info is what the agent says of this host.
func (d *command) info() spec.Info {
	i := spec.Info{Host: spec.Host(d.jid.Local()), Address: d.set.PublicIP, OS: d.os, Version: inprocess.Version(),
		Simulated: d.set.Simulation, Since: time.Now()}
	if i.OS == (spec.OS{}) {
		i.OS = inprocess.DetectOS()
	}
	if i.Address == "" {
		i.Address = string(i.Host)
		if name, err := inprocess.HostName(); err == nil {
			i.Address = string(name)
		}
	}
	return i
}
