package deploy

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
)

// backWithin is how long an agent may be away while a run of it is followed: it gives up its
// link once a guarded step is done.
const backWithin = 20 * time.Second

// FollowRun follows a run to its end, from the last event that was taken. An agent that is away
// for a while is followed again.
func FollowRun(ctx context.Context, a spec.Agent, id spec.RunID, events *spec.EventCheck, take func(spec.Event) error) error {
	lost := time.Time{}
	for {
		seen := events.Last()
		err := a.Follow(ctx, id, seen, func(ev spec.Event) error {
			if err := events.Take(ev); err != nil {
				return err
			}
			return take(ev)
		})
		if events.Last() > seen {
			lost = time.Time{}
		}
		if kind := spec.KindOf(err); kind != spec.Unavailable && kind != spec.Timeout || ctx.Err() != nil {
			return err
		}
		if lost.IsZero() {
			lost = time.Now()
		}
		if time.Since(lost) > backWithin {
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}
