package agentd

import (
	"context"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// Power is what an agent needs to reboot its host.
type Power interface {
	// Boot identifies what the host has booted: it is another one after a reboot, and only
	// then.
	Boot() (string, error)
	// Reboot has the host shut down in order and boot again. It returns before that.
	Reboot(ctx context.Context) error
}

// shutdownTime is how long a host may take until it ends its agent.
const shutdownTime = 15 * time.Minute

// reboot reboots the host at the end of a run whose steps are done, if that is owed: then the
// run ends when the host is back, and gone is true. It is recorded first in which boot that
// was, so that the agent that comes next knows whether it has happened.
func (s *Service) reboot(ctx context.Context, e *lifecycle.Engine, r *run) (gone bool, err error) {
	if !e.RebootOwed() {
		return false, nil
	}
	say := func(text string) {
		s.emit(r, spec.Event{Kind: spec.EventLog, Step: -1, Level: spec.LevelInfo, Text: text})
	}
	if s.config.Power == nil {
		say(spec.RebootKey + ", which pretends to have done so")
		return false, e.Rebooted()
	}
	if r.rebooting == "" { // else it is recorded with the last step
		if r.rebooting, err = s.config.Power.Boot(); err == nil {
			err = s.record(r, nil)
		}
		if err != nil {
			r.rebooting = ""
			return false, err
		}
	}
	say(spec.RebootKey + ": the run ends when it is back")
	if err := s.shutDown(ctx); err != nil {
		r.rebooting = ""
		return false, err
	}
	return true, nil
}

// shutDown has the host reboot, and returns when the agent is told to end.
func (s *Service) shutDown(ctx context.Context) error {
	if err := s.config.Power.Reboot(ctx); err != nil {
		return &spec.Error{Kind: spec.Failed, Op: "reboot the host", Msg: err.Error(), Hint: spec.HintOf(err), Err: err}
	}
	late := time.NewTimer(shutdownTime)
	defer late.Stop()
	select {
	case <-s.shutdown:
		return nil
	case <-ctx.Done():
		return nil // likewise: a run that is stopped now cannot keep the host up
	case <-late.C:
		return spec.Errorf(spec.Timeout, "the host was told to reboot, and still runs after %v", shutdownTime).
			WithHint("see what keeps it up: systemctl list-jobs")
	}
}

// restoreRebooting goes on with a run of which only the reboot was left when the agent ended:
// either it has happened, or it is done now.
func (s *Service) restoreRebooting(r *run) {
	boot, err := "", error(nil)
	if s.config.Power != nil {
		boot, err = s.config.Power.Boot()
	}
	e, lost := s.engine(r.Lifecycle)
	switch {
	case err != nil || lost != nil:
		s.endInterrupted(r)
	case boot == r.rebooting:
		s.rebooting = append(s.rebooting, r)
	default:
		if err := e.Rebooted(); err != nil {
			s.config.Logger.Error("that the host has rebooted could not be recorded", "run", r.ID, "error", err, "hint", spec.HintOf(err))
		}
		s.endRestored(r, "the host has rebooted", nil)
	}
}

// rebootAgain reboots the host for runs of an earlier agent that had not come to it.
func (s *Service) rebootAgain(ctx context.Context) (gone bool) {
	for _, r := range s.rebooting {
		err := s.shutDown(ctx)
		if err == nil {
			return true
		}
		s.endRestored(r, "", spec.AsError(err))
	}
	return false
}
