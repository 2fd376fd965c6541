package host

import (
	"context"
	"path/filepath"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// System is this host as operations see it and change it. What they run, such as the
// package manager, is run as any command is. What a person should know of it is said.
func (h *Host) System(say func(text string)) view.View {
	state := ""
	if h.records != "" {
		state = filepath.Join(filepath.Dir(string(h.records)), "packages")
	}
	return view.Real{State: state, Say: say, Run: func(ctx context.Context, c spec.Command) (spec.CommandResult, error) {
		return h.Run(ctx, c, nil, func(string) {})
	}}
}
