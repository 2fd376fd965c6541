package rollout

import (
	"context"
	"os"
	"syscall"
	"time"

	"github.com/armonic/armonic/spec"
)

// A process that wants to go on with a deployment which another one of this machine carries
// out puts a file beside its log, the claim. Who holds the log looks for that, and lets go.
const (
	claimSuffix = ".claim"
	claimLook   = 300 * time.Millisecond // how often who holds a log looks for a claim
	claimWithin = 10 * time.Second       // how long it is waited for; the last copy is still sent to agents
)

// lock locks a file, or says that it is locked.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// claim locks a log that is held, once who holds it has let go. A process that is halted, or
// older, does not: then the error is that of lock.
func (s *Store) claim(f *os.File, id spec.DeploymentID) error {
	name := s.file(id) + claimSuffix
	defer func() { _ = os.Remove(name) }()
	err := os.WriteFile(name, nil, 0o600)
	for end := time.Now().Add(s.patience); err == nil && time.Now().Before(end); time.Sleep(claimLook / 6) {
		if err := lock(f); err == nil {
			return nil
		}
	}
	return lock(f)
}

// claimed reports whether another process wants to have the log.
func (l *fileLog) claimed() bool {
	_, err := os.Stat(l.f.Name() + claimSuffix)
	return err == nil
}

// yield lets another process of this machine go on with the deployment as soon as one wants to.
func (r *Rollout) yield(ctx context.Context) {
	log, isFile := r.log.(*fileLog)
	if !isFile {
		return
	}
	tick := time.NewTicker(claimLook)
	defer tick.Stop()
	for !log.claimed() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
	r.takenOver(spec.Errorf(spec.Conflict, "another process on this machine"))
	go r.Close() // which waits for this one
}
