package agent

import (
	"log/slog"
	"path/filepath"
	"slices"
	"strings"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/bundle"
	"github.com/armonic/armonic/modules/reload"
	"github.com/armonic/armonic/spec"
)

// bundleFolder is below the state folder.
const bundleFolder = "modules"

// loaded is what the modules of an agent are: those of folders, and those that were handed over.
type loaded struct {
	loader  *reload.Reloader
	folders []modules.Source
	keeper  *bundle.Keeper // nil: nothing is handed over
	notes   []string       // what an operator should know of it
}

// loadModules reads the modules that the settings of an agent name. The usual folder
// need not be there yet. First is what they hold now; other ones may take their place.
func (d *command) loadModules(c modules.Config, log *slog.Logger) (l *loaded, first reload.Result, err error) {
	l = &loaded{}
	var empty []*spec.Error
	if d.set.DefaultModules {
		l.folders = append(l.folders, modules.Defaults()...)
	}
	usual := config.DefaultAgent().ModuleDirs
	for _, dir := range d.set.ModuleDirs {
		if slices.Contains(usual, dir) { // nobody asked for it
			l.folders = append(l.folders, modules.OpenLater(dir))
			continue
		}
		src, err := modules.Open(dir)
		if err != nil {
			return nil, first, err
		}
		if err := src.Empty(); err != nil { // its modules may come later
			empty = append(empty, spec.AsError(err))
		}
		l.folders = append(l.folders, src)
	}
	all, taken := l.folders, func([]string) {}
	if !d.set.Simulation {
		var pushed []modules.Source
		pushed, taken = l.openKeeper(filepath.Join(d.set.StateDir, bundleFolder), d.upgradeKeys.VerifyModules, log)
		all = slices.Concat(all, pushed)
	}
	l.loader = reload.New(c, all...)
	first = l.loader.Poll()
	first.Set.Warnings = append(first.Set.Warnings, empty...)
	l.notes = append(l.notes, inprocess.Explain(first)...)
	taken(l.notes)
	return l, first, nil
}

// openKeeper reads what was handed over. What cannot be read is left out: an agent that did not
// start could not be handed it again.
func (l *loaded) openKeeper(dir string, verify bundle.Verify, log *slog.Logger) (pushed []modules.Source, taken func(notes []string)) {
	var err error
	l.keeper, err = bundle.Open(bundle.Config{Dir: dir, Verify: verify, Logger: log, Try: func(now, wanted []modules.Source) error {
		return inprocess.Worse(l.loader.Try(slices.Concat(l.folders, now)...), l.loader.Try(slices.Concat(l.folders, wanted)...))
	}})
	if err != nil {
		log.Error("modules that were handed over are left out", "error", err)
		l.notes = strings.Split(err.Error(), "\n")
	}
	return l.keeper.Take()
}

// keepLoaded gives the agent the modules again whenever they change, until stop is called.
func (l *loaded) keepLoaded(agent *agentd.Service) (stop func()) {
	if l.keeper == nil {
		return inprocess.KeepLoaded(l.loader, agent)
	}
	return inprocess.KeepPushedLoaded(l.loader, l.folders, l.keeper, agent)
}

// moduleKeeper is what operators hand modules to, nil if it is nothing.
func (l *loaded) moduleKeeper() spec.ModuleKeeper {
	if l.keeper == nil {
		return nil
	}
	return l.keeper
}

// bundles are what was handed over.
func (l *loaded) bundles() []spec.Bundle {
	if l.keeper == nil {
		return nil
	}
	return l.keeper.Bundles()
}
