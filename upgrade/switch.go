package upgrade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/armonic/armonic/transfer"
)

// Unit is what the switch runs as.
const Unit = "armonic-upgrade"

// Plan is what a switch is to do.
type Plan struct {
	Digest  string `json:"digest"`  // of the new program
	Program string `json:"program"` // the file that it replaces
}

// Switch puts the new program in place of the old one, and back unless it is confirmed.
type Switch struct {
	Dir     string // that of the Agent
	Journal string // what the agent remembers
	Service Service
	Wait    time.Duration // for the confirmation; 0 is a minute
	Say     func(text string)
}

// Service is the agent as systemd runs it.
type Service interface {
	Stop() error  // returns when the agent has ended
	Kill() error  // the same, at once
	Start() error // returns when it was started, whatever becomes of it
	Status() string
	Restarts() int // how often it ended by itself, and was started again, since Start
}

// mostRestarts of a new program show that it will not come to anything.
const mostRestarts = 3

// Do does it. The error is that of a switch that left neither program in place.
func (s Switch) Do(ctx context.Context) error {
	var p Plan
	if !readJSON(s.path(planFile), &p) {
		return fmt.Errorf("there is no %s", s.path(planFile))
	}
	why := s.forth(ctx, p)
	if why == "" {
		s.Say("the new program is confirmed, and stays")
		return s.clean()
	}
	s.Say("the old program is put back: " + why)
	if err := s.back(p); err != nil {
		return err
	}
	return errors.Join(writeJSON(s.path(failedFile), failure{p.Digest, why}), s.clean(), s.Service.Start())
}

func (s Switch) path(name string) string { return filepath.Join(s.Dir, name) }

// forth gives the reason if the new program is not to stay.
func (s Switch) forth(ctx context.Context, p Plan) (why string) {
	if digestOf(p.Program) != p.Digest {
		if err := s.put(p); err != nil {
			return err.Error()
		}
	} else {
		s.Say("the new program is in place already: the host was stopped before it was confirmed")
	}
	if s.Wait == 0 {
		s.Wait = time.Minute
	}
	const look = 250 * time.Millisecond
	tick := time.NewTicker(look)
	defer tick.Stop()
	for until := time.Now().Add(s.Wait); time.Now().Before(until) && ctx.Err() == nil; <-tick.C {
		if text, _ := os.ReadFile(s.path(confirmFile)); string(text) == p.Digest {
			return ""
		}
		if n := s.Service.Restarts(); n >= mostRestarts {
			return fmt.Sprintf("it ended %d times by itself (%s)", n, s.Service.Status())
		}
	}
	return fmt.Sprintf("it was not reached within %s (%s)", s.Wait, s.Service.Status())
}

// put stops the agent, and starts it as the new program.
func (s Switch) put(p Plan) error {
	_ = os.Remove(s.path(journalFile)) // that of an earlier try
	if err := s.Service.Stop(); err != nil {
		return err
	}
	// The new program may write what the agent remembers in another form.
	if err := install(s.Journal, s.path(journalFile), 0o600); err != nil {
		return err
	}
	if err := install(s.path(newFile), p.Program, 0o755); err != nil {
		return err
	}
	s.Say("the new program is in place")
	return s.Service.Start()
}

// back puts the old program in place, with what the agent remembered. The new one has done
// nothing: it is given no run before it is confirmed.
func (s Switch) back(p Plan) error {
	if err := s.Service.Kill(); err != nil {
		return err
	}
	// The program last: should the power fail in between, the new one is told from it.
	if digestOf(s.path(journalFile)) != "" { // else it was not taken: the new program never ran
		if err := install(s.path(journalFile), s.Journal, 0o600); err != nil {
			return err
		}
	}
	return install(s.path(oldFile), p.Program, 0o755)
}

// clean removes what only the switch needed.
func (s Switch) clean() error {
	parts := transfer.Store{Dir: s.Dir}.Parts()
	for _, file := range append(parts, s.path(planFile), s.path(confirmFile), s.path(newFile), s.path(oldFile), s.path(journalFile)) {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
