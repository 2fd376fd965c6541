package inprocess

import (
	"context"
	"maps"
	"slices"

	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/spec"
)

// ReadOSRelease reads the text of /etc/os-release.
func ReadOSRelease(text string) spec.OS { return readOSRelease(text) }

// Reloading gives a demo fleet whose modules are in dir, and a function that looks at
// their files once, as KeepLoaded does from time to time.
func Reloading(dir string) (fleet deploy.Fleet, look, closeFleet func(), err error) {
	g := &settings.Global{Demo: true, ModuleDirs: []string{dir}}
	loader, set, err := Load(g, host.New(""))
	if err != nil {
		return nil, nil, nil, err
	}
	f, err := NewDemo(set.Lifecycles, 0, spec.OS{Name: "debian"})
	if err != nil {
		return nil, nil, nil, err
	}
	look = func() { replace(context.Background(), loader.Poll(), slices.Collect(maps.Values(f.Services))) }
	return f, look, f.Close, nil
}
