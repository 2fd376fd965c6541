package xmpp

import "context"

// Finish returns when calls are answered and whoever follows a run that has ended has
// been told so, or when ctx ends. An agent that leaves gives it a moment before Close.
func (r *Responder) Finish(ctx context.Context) {
	for ctx.Err() == nil && r.atWork() {
		pause(ctx, linger)
	}
}

func (r *Responder) atWork() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.followers)+len(r.doing) > 0
}
