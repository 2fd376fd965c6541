package agentd

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
)

// Close stops the run that is executed and ends those that wait, and returns when
// nothing runs any more. Afterwards runs can be followed, and none started.
func (s *Service) Close() {
	s.beginShutdown()
	s.stop()
	<-s.stopped
}

// Drain is Close, but lets the step that is executed finish: its run ends before the
// next one. When it returns, the last events are recorded and can be followed. If ctx
// ends before, the step is interrupted, as by Close, and ctx's error returned. A step whose
// command waits for this process to end, as an upgrade of the agent does, would never
// finish: the command is left to run on, and the step fails.
func (s *Service) Drain(ctx context.Context) error {
	s.beginShutdown()
	defer s.Close()
	tick := time.NewTicker(handOverEvery)
	defer tick.Stop()
	for {
		s.config.Commands.HandOver()
		select {
		case <-s.stopped:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// handOverEvery is how often an agent that ends looks whether a command waits for that.
const handOverEvery = time.Second

// beginShutdown lets nothing begin any more.
func (s *Service) beginShutdown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.shutdown)
	}
}

// shuttingDown reports whether nothing may begin any more.
func (s *Service) shuttingDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// notBegun is how a run ends because the agent was stopped: before the run, or before its
// next step. what names which.
func (s *Service) notBegun(what string) *spec.Error {
	return spec.Errorf(spec.Canceled, "the agent of %s was stopped before %s", s.config.Info.Host, what).
		WithHint("what is finished is on the stack: start the agent again, then retry, and it goes on from there")
}
