//go:build unix

package host

import (
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// killer ends a process group: first politely, then not.
type killer struct {
	mu    sync.Mutex
	timer *time.Timer
	done  bool
}

// ownGroup puts a command in a group of its own, which ends when its context does.
func ownGroup(cmd *exec.Cmd) *killer {
	k := &killer{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		group := -cmd.Process.Pid
		k.mu.Lock()
		defer k.mu.Unlock()
		if !k.done {
			k.timer = time.AfterFunc(grace, func() { _ = syscall.Kill(group, syscall.SIGKILL) })
		}
		return syscall.Kill(group, syscall.SIGTERM)
	}
	return k
}

// stop is called when the command has ended. What is left of a group that was asked
// to end is killed.
func (k *killer) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.done = true
	if k.timer != nil && k.timer.Stop() {
		k.timer.Reset(0)
	}
}

func exitCode(s *os.ProcessState) int {
	if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return s.ExitCode()
}
