package xmpp

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/muc"
)

// recovering is an agent of which a panic in Follow ends no more than that call.
type recovering struct {
	spec.Agent
	log *slog.Logger
}

// Follow follows a run.
func (a recovering) Follow(ctx context.Context, run spec.RunID, after int, fn func(spec.Event) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.log.Error("following panicked", "run", run, "panic", fmt.Sprint(p))
			err = spec.Errorf(spec.Internal, "the agent could not follow: %v", p)
		}
	}()
	return a.Agent.Follow(ctx, run, after, fn)
}

// served is the agent that callers get: what is started is told in the room of its
// deployment.
type served struct {
	spec.Agent
	rooms *muc.Runs
}

// Start hands a run over.
func (a served) Start(ctx context.Context, run spec.Run) error {
	wanted := a.rooms.Wants(ctx, run)
	err := a.Agent.Start(ctx, run)
	if err == nil && wanted {
		a.rooms.Tell(run)
	}
	return err
}
