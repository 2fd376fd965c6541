package xmpp

import (
	"context"
	"time"

	"github.com/armonic/armonic/xmpp/internal/wait"
)

// Drain returns when calls and commands are answered, whoever follows a run that has
// ended has been told so, rooms too, and the presence says what is executed now, or
// when ctx ends. An agent that leaves gives it a moment before Close: else it seems to
// have vanished at work.
func (r *Responder) Drain(ctx context.Context) {
	const look = time.Millisecond
	for ctx.Err() == nil && (r.calls.Working() || len(r.general) > 0 || r.rooms.Speaking()) {
		wait.For(ctx, look)
	}
	info, err := r.agent.Info(ctx)
	r.presence.Look()
	for err == nil && ctx.Err() == nil && r.connector.Status().Session != nil && r.presence.Executes() != info.Busy {
		wait.For(ctx, look)
	}
}
