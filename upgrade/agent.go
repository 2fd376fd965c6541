package upgrade

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
)

// Config is what an Agent is made of.
type Config struct {
	Dir     string // where it keeps what arrives: a folder of its own
	Keys    Keys   // who may sign
	Version string // of the program that runs

	// Finish returns when no run is executed or waits, and lets none begin until resume.
	Finish func(ctx context.Context) (resume func(), err error)
	// Switch starts the Switch of the folder apart from the agent. nil cannot: then nothing is
	// upgraded, for the reason that is given.
	Switch func(ctx context.Context) error
	Cannot string
	// Switching reports whether a Switch of the folder is at work; nil: none is.
	Switching func() bool

	Logger *slog.Logger
}

// Agent is the end of an agent.
type Agent struct {
	c       Config
	parts   transfer.Store
	program func() string // the digest of the program that runs
	ordered chan string   // of size 1: the digest of what is to run; when it is full, something is ordered already

	mu      sync.Mutex
	waiting string // the digest of what was ordered
	pending string // the digest of the program that runs, until it is confirmed
	resume  func() // lets runs begin, once it is
	alone   bool   // the operator's command may have ended before: being connected confirms the program
}

var _ spec.Upgrader = (*Agent)(nil)

// NewAgent reads where an upgrade has got to. One that is not confirmed yet lets no run begin.
//
// If no Switch is at work, the host was stopped in the middle of an upgrade, as by a power cut. Where the
// new program was in place already, another Switch waits for it to be confirmed, which then being
// connected does; else the upgrade has failed.
func NewAgent(ctx context.Context, c Config) (*Agent, error) {
	a := &Agent{c: c, parts: transfer.Store{Dir: c.Dir, What: "program", Most: mostPacked}, program: sync.OnceValue(func() string { return digestOf("/proc/self/exe") }), ordered: make(chan string, 1)}
	var plan Plan
	if !readJSON(filepath.Join(c.Dir, planFile), &plan) {
		return a, nil
	}
	interrupted := c.Switching == nil || !c.Switching()
	confirmed, _ := os.ReadFile(filepath.Join(c.Dir, confirmFile))
	switch {
	case interrupted && (plan.Digest != a.program() || string(confirmed) == plan.Digest):
		err := a.tidyUp(plan, string(confirmed) == plan.Digest)
		return a, err
	case plan.Digest != a.program() || string(confirmed) == plan.Digest:
		return a, nil
	}
	resume, err := c.Finish(ctx)
	a.pending, a.resume, a.alone = plan.Digest, resume, interrupted
	if err == nil && interrupted && c.Switch != nil {
		c.Logger.Warn("the host was stopped before this program was confirmed: it is when it is connected, or the old one is put back")
		err = c.Switch(ctx)
	}
	return a, err
}

// tidyUp does what a Switch did not come to any more.
func (a *Agent) tidyUp(plan Plan, confirmed bool) error {
	var err error
	if !confirmed {
		a.c.Logger.Warn("an upgrade was interrupted; the old program stays", "digest", plan.Digest)
		err = writeJSON(filepath.Join(a.c.Dir, failedFile), failure{plan.Digest, "the host was stopped before the new program was in place"})
	}
	return errors.Join(err, Switch{Dir: a.c.Dir}.clean())
}

// Connected says that the agent is connected and answers. That confirms a program of which
// the host was stopped before somebody else could.
func (a *Agent) Connected(ctx context.Context) {
	a.mu.Lock()
	digest := a.pending
	alone := a.alone
	a.mu.Unlock()
	if alone && digest != "" {
		if _, err := a.ConfirmUpgrade(ctx, digest); err != nil {
			a.c.Logger.Error("the program could not be confirmed", "error", err)
		}
	}
}

// state is how far it is with a digest. a.mu is held.
func (a *Agent) state(digest string) spec.UpgradeState {
	s := spec.UpgradeState{Program: a.program(), Version: a.c.Version, Have: a.parts.Have(digest), Waiting: a.waiting == digest, Pending: a.pending == digest && digest != ""}
	var f failure
	if readJSON(filepath.Join(a.c.Dir, failedFile), &f) && f.Digest == digest && !s.Waiting {
		s.Failed = f.Why
	}
	return s
}

// StageUpgrade keeps a piece.
func (a *Agent) StageUpgrade(_ context.Context, p spec.Piece) (spec.UpgradeState, error) {
	if err := a.parts.Check(p); err != nil {
		return spec.UpgradeState{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.state(p.Digest)
	switch {
	case p.Data == "" || p.At != s.Have:
		return s, nil
	case a.c.Switch == nil:
		return s, spec.Errorf(spec.Denied, "this agent cannot be upgraded: %s", a.c.Cannot)
	case len(a.c.Keys) == 0:
		return s, a.c.Keys.verify(spec.UpgradeOrder{}, time.Time{})
	}
	if err := a.parts.Keep(p); err != nil {
		return s, err
	}
	return a.state(p.Digest), nil
}

// Upgrade has a program run that was handed over.
func (a *Agent) Upgrade(ctx context.Context, o spec.UpgradeOrder) (spec.UpgradeState, error) {
	if !transfer.IsDigest(o.Digest) || o.Size < 1 || o.Size > mostProgram {
		return spec.UpgradeState{}, spec.Errorf(spec.Invalid, "the order is wrong")
	}
	if err := a.c.Keys.verify(o, time.Now()); err != nil {
		a.c.Logger.Warn("an upgrade was refused", "digest", o.Digest, "error", err)
		return spec.UpgradeState{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.c.Switch == nil:
		return a.state(o.Digest), spec.Errorf(spec.Denied, "this agent cannot be upgraded: %s", a.c.Cannot)
	case a.program() == o.Digest || a.waiting == o.Digest:
		return a.state(o.Digest), nil
	case a.waiting != "" || a.pending != "":
		return a.state(o.Digest), spec.Errorf(spec.Conflict, "another upgrade is not done yet").WithHint("try again when it is")
	}
	fresh := filepath.Join(a.c.Dir, newFile)
	err := a.unpack(fresh, o)
	if err == nil {
		err = tryOut(ctx, fresh)
	}
	if err != nil {
		_ = os.Remove(fresh)
		a.parts.Forget(o.Digest)
		return a.state(o.Digest), err
	}
	_ = os.Remove(filepath.Join(a.c.Dir, failedFile))
	a.waiting = o.Digest
	a.ordered <- o.Digest // has room: nothing else is ordered
	return a.state(o.Digest), nil
}

// tryOut makes sure that a program runs here at all.
func tryOut(ctx context.Context, program string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program, "version").CombinedOutput(); err != nil {
		return spec.Errorf(spec.Invalid, "the program does not run here: %v: %.200s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Wait finishes the runs when something is ordered, and starts the switch, which ends this
// process. It returns when ctx ends.
func (a *Agent) Wait(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case digest := <-a.ordered:
			a.prepare(ctx, digest)
		}
	}
}

// prepare does everything but the switch.
func (a *Agent) prepare(ctx context.Context, digest string) {
	a.c.Logger.Info("an upgrade was ordered: runs are finished first", "digest", digest)
	resume, err := a.c.Finish(ctx)
	if err != nil {
		return // the agent ends
	}
	program, err := os.Executable()
	program = strings.TrimSuffix(program, " (deleted)") // somebody has replaced the file
	if err == nil {
		err = install("/proc/self/exe", filepath.Join(a.c.Dir, oldFile), 0o755)
	}
	if err == nil {
		_ = os.Remove(filepath.Join(a.c.Dir, confirmFile))
		err = writeJSON(filepath.Join(a.c.Dir, planFile), Plan{Digest: digest, Program: program})
	}
	if err == nil {
		err = a.c.Switch(ctx)
	}
	if err != nil {
		a.c.Logger.Error("the upgrade could not be started", "error", err)
		_ = os.Remove(filepath.Join(a.c.Dir, planFile))
		_ = writeJSON(filepath.Join(a.c.Dir, failedFile), failure{digest, err.Error()})
		a.mu.Lock()
		a.waiting = ""
		a.mu.Unlock()
		resume()
	}
}

// ConfirmUpgrade keeps the program that runs.
func (a *Agent) ConfirmUpgrade(_ context.Context, digest string) (spec.UpgradeState, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.program() != digest {
		return a.state(digest), spec.Errorf(spec.Conflict, "another program runs").WithHint("look at the log of the agent, and of the unit %s", Unit)
	}
	if a.pending == digest {
		if err := os.WriteFile(filepath.Join(a.c.Dir, confirmFile), []byte(digest), 0o600); err != nil {
			return a.state(digest), spec.Errorf(spec.Failed, "%v", err)
		}
		a.c.Logger.Info("the upgrade is confirmed", "version", a.c.Version)
		a.pending = ""
		a.resume()
	}
	return a.state(digest), nil
}

// Unconfirmed reports whether the program that runs has not been confirmed yet.
func (a *Agent) Unconfirmed() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.pending != ""
}
