package agentd

import (
	"context"

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
// ends before, the step is interrupted, as by Close, and ctx's error returned.
func (s *Service) Drain(ctx context.Context) error {
	s.beginShutdown()
	var err error
	select {
	case <-s.stopped:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.Close()
	return err
}

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

// notBegun is how a run ends that waited when the agent stopped, and one of which the
// agent did not begin the next step.
func (s *Service) notBegun(what string) *spec.Error {
	return spec.Errorf(spec.Canceled, "the agent of %s was stopped before %s", s.info.Host, what).
		WithHint("what is finished is on the stack: start the agent again, then retry, and it goes on from there")
}
