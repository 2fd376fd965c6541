package rollout

import (
	"context"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// Deployments are those that are kept here, and those that the agents of a fleet know: to
// list, to watch, and to go on with.
type Deployments struct {
	Fleet   deploy.Fleet
	Options Options // of those that are gone on with; without Logs none are kept
}

// List gives them, the newest first. Errs say what could not be read.
func (d Deployments) List(ctx context.Context) (all []Known, errs []error) {
	return List(ctx, d.Fleet, d.Options.Logs)
}

// Attach reads a deployment, by its id, the beginning of that, or its name, to watch it
// wherever it is carried out.
func (d Deployments) Attach(ctx context.Context, ref string) (*Watch, error) {
	if d.Options.Logs == nil {
		return nil, errNotKept()
	}
	id, _, err := locate(ctx, d.Fleet, d.Options.Logs, ref)
	if err != nil {
		return nil, err
	}
	w := &Watch{fleet: d.Fleet, logs: d.Options.Logs, now: newRollout(d.Fleet, d.Options).now, id: id}
	if _, err := w.Look(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

// Resume prepares to go on with a deployment here. Whoever carries it out is told so.
func (d Deployments) Resume(ctx context.Context, ref string) (*Rollout, error) {
	if d.Options.Logs == nil {
		return nil, errNotKept()
	}
	log, records, err := OpenLog(ctx, d.Fleet, d.Options.Logs, ref)
	if err != nil {
		return nil, err
	}
	return Resume(d.Fleet, records, log, d.Options)
}

func errNotKept() error {
	return spec.Errorf(spec.Invalid, "the demo keeps no deployments: its hosts are gone when the program ends")
}
