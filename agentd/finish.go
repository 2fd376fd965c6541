package agentd

import (
	"context"
	"time"
)

// Finish returns when no run is executed and none waits. From then on the agent takes no runs,
// until resume is called: who starts one is told to try again. The error is that of ctx.
func (s *Service) Finish(ctx context.Context) (resume func(), err error) {
	const look = 100 * time.Millisecond
	tick := time.NewTicker(look)
	defer tick.Stop()
	for !s.takeNone() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return func() {}, ctx.Err()
		}
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.paused = false
	}, nil
}

// takeNone has the agent take no runs, if it has none.
func (s *Service) takeNone() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy != nil || len(s.queue) > 0 {
		return false
	}
	s.paused = true
	return true
}
