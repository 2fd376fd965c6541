package xmpp

import (
	"context"

	"github.com/armonic/armonic/spec"
)

// Finish returns when calls and commands are answered, whoever follows a run that has
// ended has been told so, rooms too, and the presence says what is executed now, or
// when ctx ends. An agent that leaves gives it a moment before Close: else it seems to
// have vanished at work.
func (r *Responder) Finish(ctx context.Context) {
	for ctx.Err() == nil && r.atWork() {
		pause(ctx, linger)
	}
	info, err := r.agent.Info(ctx)
	r.look()
	for err == nil && ctx.Err() == nil && r.keeper.Status().Session != nil && r.executes() != info.Busy {
		pause(ctx, linger)
	}
}

// executes is the run that the presence says is executed.
func (r *Responder) executes() spec.RunID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.busy
}

func (r *Responder) atWork() bool {
	r.mu.Lock()
	calls := len(r.followers) + len(r.doing)
	r.mu.Unlock()
	return calls+len(r.asides) > 0 || r.rooms.speaking()
}
