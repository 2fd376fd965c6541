package cli

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// ownModules is where the operator's own modules are, besides --module-dir.
const ownModules = "/etc/armonic/modules"

// load reads the shipped modules and those of the operator. The error shows
// everything that is wrong with them.
func load(g *globals) (*modules.Reloader, *modules.Set, error) {
	var sources []modules.Source
	if !g.bare {
		sources = append(sources, modules.ShippedSource())
	}
	dirs := g.moduleDirs
	if _, err := os.Stat(ownModules); err == nil && g.local {
		dirs = append([]string{ownModules}, dirs...)
	}
	for _, dir := range dirs {
		src, err := modules.Open(dir)
		if err != nil {
			return nil, nil, err
		}
		sources = append(sources, src)
	}
	r := modules.NewReloader(modules.Config{Machine: host.New()}, sources...)
	first := r.Poll()
	return r, first.Set, broken(first)
}

// broken is an error that shows everything that is wrong with modules, or nil.
func broken(r modules.Reload) error {
	if len(r.Errors) == 0 {
		return nil
	}
	return spec.Errorf(spec.Invalid, "%d errors in the modules:\n%s", len(r.Errors), strings.Join(explain(r), "\n"))
}

func explain(r modules.Reload) []string {
	out := make([]string, len(r.Errors))
	for i, e := range r.Errors {
		out[i] = r.Explain(e)
	}
	return out
}

// reloadEvery is how often the files of modules are looked at.
const reloadEvery = 2 * time.Second

// keepLoaded gives agents the modules again whenever their files change, until stop
// is called. What does not load is left as it was, and noted in the agents' Info.
func keepLoaded(r *modules.Reloader, agents ...*agentd.Service) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		tick := time.NewTicker(reloadEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				reload(ctx, r.Poll(), agents)
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// reload hands on what a look at the files brought.
func reload(ctx context.Context, r modules.Reload, agents []*agentd.Service) {
	if !r.Changed && len(r.Errors) == 0 {
		return
	}
	for _, a := range agents {
		notes := explain(r)
		if r.Changed {
			if err := a.Replace(ctx, r.Set.Lifecycles); err != nil && ctx.Err() == nil {
				notes = append(notes, strings.Split(err.Error(), "\n")...)
			}
		}
		a.Note(notes)
	}
}

// loadSet gives the lifecycles that load finds.
func loadSet(g *globals) (*modules.Set, error) {
	_, set, err := load(g)
	return set, err
}
