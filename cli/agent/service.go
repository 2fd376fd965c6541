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
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/modules/quarantine"
	"github.com/armonic/armonic/modules/reload"
	"github.com/armonic/armonic/spec"
)

// loadModules reads the modules that the settings of an agent name. The usual folder
// need not be there yet.
func (d *command) loadModules(c modules.Config) (*reload.Reloader, reload.Result, error) {
	var sources []modules.Source
	var empty []*spec.Error
	if d.set.DefaultModules {
		sources = append(sources, modules.Defaults()...)
	}
	usual := config.DefaultAgent().ModuleDirs
	for _, dir := range d.set.ModuleDirs {
		if slices.Contains(usual, dir) { // nobody asked for it
			sources = append(sources, modules.OpenLater(dir))
			continue
		}
		src, err := modules.Open(dir)
		if err != nil {
			return nil, reload.Result{}, err
		}
		if err := src.Empty(); err != nil { // its modules may come later
			empty = append(empty, spec.AsError(err))
		}
		sources = append(sources, src)
	}
	r := reload.New(c, sources...)
	first := r.Poll()
	first.Set.Warnings = append(first.Set.Warnings, empty...)
	return r, first, nil
}

// service makes the agent with what it remembers; end stops it. A module that does not
// load is left out and noted: an agent that did not start could not even say so.
func (d *command) service(log *slog.Logger) (s *agentd.Service, end func(), err error) {
	c := agentd.Config{Limit: d.set.StepLimit, Logger: log, Info: d.info(), Load: inprocess.LoadAverage, Reconnect: d.reconnect}
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
			return nil, nil, err
		}
		undo = append(undo, func() { _ = j.Close() }) // all it was given is on the disk already
		c.Store, c.RunStore, c.Archive = j, j, j
		if load.Marker, err = quarantine.Open(d.set.StateDir); err != nil {
			return nil, nil, err
		}
	}
	undo = append(undo, inprocess.WatchStuck(load.Monitor, cmp.Or(d.stuckAfter, inprocess.StuckAfter), func(at string) {
		log.Error("a module computes without end; the agent ends, to be started again", "at", at)
		os.Exit(output.ExitFailed)
	}))
	machine := host.New(d.set.StateDir)
	load.Machine, c.Commands = machine, machine
	loader, first, err := d.loadModules(load)
	if err != nil {
		return nil, nil, err
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
	c.Lifecycles = first.Set.Lifecycles
	if s, err = agentd.New(c); err != nil {
		return nil, nil, err
	}
	s.Note(inprocess.Explain(first))
	undo = append(undo, s.Close, inprocess.KeepLoaded(loader, s))
	return s, undoAll, nil
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
