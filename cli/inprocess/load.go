package inprocess

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/reload"
	"github.com/armonic/armonic/spec"
)

// ownModules is where the operator's own modules are, besides --module-dir.
const ownModules = "/etc/armonic/modules"

// Load reads the shipped modules and those of the operator, who act on a machine. The
// error shows everything that is wrong with them.
func Load(g *settings.Global, machine *host.Host) (*reload.Reloader, *modules.Set, error) {
	var sources []modules.Source
	if !g.NoDefaultModules {
		sources = append(sources, modules.Defaults()...)
	}
	if g.Local {
		sources = append(sources, modules.OpenLater(ownModules))
	}
	for _, dir := range g.ModuleDirs {
		src, err := modules.Open(dir)
		if err != nil {
			return nil, nil, err
		}
		if err := src.Empty(); err != nil {
			return nil, nil, err
		}
		sources = append(sources, src)
	}
	r := reload.New(modules.Config{Machine: machine}, sources...)
	first := r.Poll()
	return r, first.Set, Broken(first)
}

// Broken is an error that shows everything that is wrong with modules, or nil.
func Broken(r reload.Result) error {
	if len(r.Errors) == 0 {
		return nil
	}
	return spec.Errorf(spec.Invalid, "%s in the modules:\n%s", spec.Count(len(r.Errors), "error", "errors"), strings.Join(Explain(r), "\n"))
}

// Worse is an error that shows what is wrong with modules and was not before, or nil.
func Worse(before, after reload.Result) error {
	known := Explain(before)
	lines := slices.DeleteFunc(Explain(after), func(line string) bool { return slices.Contains(known, line) })
	if len(lines) == 0 {
		return nil
	}
	return spec.Errorf(spec.Invalid, "%s in the modules:\n%s", spec.Count(len(lines), "error", "errors"), strings.Join(lines, "\n"))
}

// Explain gives what is wrong with modules, each with the line of the file.
func Explain(r reload.Result) []string {
	out := make([]string, len(r.Errors))
	for i, e := range r.Errors {
		out[i] = r.Explain(e)
	}
	return out
}

// LoadSet gives the lifecycles that load finds.
func LoadSet(g *settings.Global) (*modules.Set, error) {
	_, set, err := Load(g, host.New(""))
	return set, err
}

// reloadEvery is how often the files of modules are looked at.
const reloadEvery = 2 * time.Second

// Pushed are sources of modules that are others from time to time.
type Pushed interface {
	Changed() <-chan struct{} // a token says that they are
	Take() (all []modules.Source, taken func(notes []string))
}

// KeepLoaded gives agents the modules again whenever their files change, until stop
// is called. What does not load is left as it was, and noted in the agents' Info.
func KeepLoaded(r *reload.Reloader, agents ...*agentd.Service) (stop func()) {
	return KeepPushedLoaded(r, nil, nil, agents...)
}

// KeepPushedLoaded is KeepLoaded for fixed sources and those that are pushed, nil for none.
func KeepPushedLoaded(r *reload.Reloader, fixed []modules.Source, p Pushed, agents ...*agentd.Service) (stop func()) {
	var changed <-chan struct{} // nil is never ready
	if p != nil {
		changed = p.Changed()
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		tick := time.NewTicker(reloadEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				replace(ctx, r.Poll(), agents)
			case <-changed:
				sources, taken := p.Take()
				r.Use(slices.Concat(fixed, sources)...)
				if notes := replace(ctx, r.Poll(), agents); ctx.Err() == nil {
					taken(notes)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// replace hands on what a look at the files brought, and gives what operators should know of it.
func replace(ctx context.Context, r reload.Result, agents []*agentd.Service) (notes []string) {
	if !r.Changed && len(r.Errors) == 0 {
		return nil
	}
	for _, a := range agents {
		notes = Explain(r)
		if r.Changed {
			if err := a.Replace(ctx, r.Set.Lifecycles); err != nil && ctx.Err() == nil {
				notes = append(notes, strings.Split(err.Error(), "\n")...)
			}
		}
		a.Note(notes)
	}
	return notes
}
