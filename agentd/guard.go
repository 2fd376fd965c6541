package agentd

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
)

// guard is a step that waits for being confirmed.
type guard struct {
	run       spec.RunID
	confirmed chan struct{} // closed when it is
}

// guard waits until somebody has confirmed over a new link that the host can be reached after
// a step of a run. An open link says nothing: a firewall lets it be.
func (s *Service) guard(ctx context.Context, r *run, step int, atMost time.Duration) error {
	if s.config.Reconnect != nil {
		s.config.Reconnect()
	}
	g := &guard{r.ID, make(chan struct{})}
	s.setGuard(g)
	defer s.setGuard(nil)
	s.emit(r, spec.Event{Kind: spec.EventGuarded, Step: step, Until: s.config.Clock().Add(atMost), Text: "it is taken back unless somebody confirms within " + atMost.String() + " that the host can be reached"})
	t := time.NewTimer(atMost)
	defer t.Stop()
	select {
	case <-g.confirmed:
		s.emit(r, spec.Event{Kind: spec.EventLog, Step: step, Level: spec.LevelInfo, Text: "it was confirmed"})
		return nil
	case <-t.C:
		return spec.Errorf(spec.Failed, "nobody confirmed within %s that the host can still be reached", atMost).
			WithHint("look at what it would change, and at what the host can reach")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) setGuard(g *guard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guarding = g
}

// Confirm keeps what a guarded step of a run has changed.
func (s *Service) Confirm(_ context.Context, id spec.RunID) error {
	if _, err := s.find(id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.guarding == nil || s.guarding.run != id {
		return spec.Errorf(spec.Conflict, "the run %s does not wait for being confirmed", id).
			WithHint("it does so once a guarded step is done, until that is taken back")
	}
	select {
	case <-s.guarding.confirmed: // by somebody else, too
	default:
		close(s.guarding.confirmed)
	}
	return nil
}

// takeBackGuarded takes back what nobody can have confirmed: the agent or the host stopped
// meanwhile.
func (s *Service) takeBackGuarded(ctx context.Context) {
	s.exclusive <- struct{}{}
	defer func() { <-s.exclusive }()
	s.mu.Lock()
	now := s.now
	s.mu.Unlock()
	for _, e := range now.engines {
		if err := e.TakeBackGuarded(ctx); err != nil {
			s.config.Logger.Error("a guarded step that nobody confirmed could not be taken back", "lifecycle", e.Name(), "error", err)
		}
	}
}
