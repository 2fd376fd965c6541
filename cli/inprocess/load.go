package inprocess

import (
	"os"
	"strings"

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
		sources = append(sources, modules.ShippedSource())
	}
	dirs := g.ModuleDirs
	if _, err := os.Stat(ownModules); err == nil && g.Local {
		dirs = append([]string{ownModules}, dirs...)
	}
	for _, dir := range dirs {
		src, err := modules.Open(dir)
		if err != nil {
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
	return spec.Errorf(spec.Invalid, "%d errors in the modules:\n%s", len(r.Errors), strings.Join(Explain(r), "\n"))
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
