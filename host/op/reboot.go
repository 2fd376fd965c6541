package op

import (
	"context"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// required is the file that says that a host needs to be rebooted.
const required = "/run/reboot-required"

// rebootOperation owes the host a reboot.
type rebootOperation struct{ always bool }

func reboot() Definition {
	return Definition{
		Name: "reboot",
		Doc: "Has the host rebooted: once, when all steps of the run are done. The run ends when it is back, and what waits for it in a deployment goes on then. " +
			"Whether a reboot is needed says the file " + required + ", which packages such as a kernel leave. It is not undone.",
		Params: []Param{{Name: "only_if_needed", Type: Flag, Default: False, Doc: "Not unless the host needs it."}},
		New: func(a Arguments) (Operation, error) {
			needed, _ := a.flag("only_if_needed")
			return rebootOperation{!needed}, nil
		},
	}
}

// Plan says that it is owed, unless it is already.
func (o rebootOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	if !o.always {
		if is, err := v.Get(required); err != nil || is.Kind == view.Nothing {
			return nil, err
		}
	}
	now, err := v.Get(spec.RebootKey)
	if err != nil || now.Kind == view.Reboot {
		return nil, err
	}
	return []Change{{Key: spec.RebootKey, Before: now, After: view.Object{Kind: view.Reboot}}}, nil
}
