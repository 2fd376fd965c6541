package host

import (
	"bytes"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// trace is how the processes of a command are found, also by a later process of ours.
type trace struct {
	ID      string    `json:"id"`
	Program string    `json:"program"`
	At      time.Time `json:"at"`
	Boot    string    `json:"boot"`              // the boot in which it runs
	Scope   string    `json:"scope,omitempty"`   // the systemd unit that its processes are in
	Session int       `json:"session,omitempty"` // its first process, which leads a session
	Start   uint64    `json:"start,omitempty"`   // of that process
}

// bootID identifies the time from one boot to the next.
func bootID() string {
	text, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(text))
}

// processes lists those of the command that run. adopted says of a process whether the
// command left it to us; nil if none can be.
func (t trace) processes(adopted func(process) bool) []process {
	if t.Boot != bootID() {
		return nil
	}
	all := processes()
	if leader, ok := readProcess(t.Session); ok && leader.start != t.Start {
		t.Session = 0 // another process has the number now
	}
	own := map[int]bool{}
	for _, p := range all {
		if p.pid == os.Getpid() || p.pid == 1 || p.zombie {
			continue
		}
		own[p.pid] = t.Session != 0 && p.session == t.Session ||
			t.Scope != "" && bytes.Contains(procFile(p.pid, "cgroup"), []byte("/"+t.Scope)) ||
			p.mark() == t.ID || adopted != nil && adopted(p)
	}
	withDescendants(own, all)
	var out []process
	for _, p := range all {
		if own[p.pid] && !p.zombie {
			out = append(out, p)
		}
	}
	return out
}

// adopted finds processes of a command that runs and has no scope: those whose parent has
// ended become children of ours, as we are their subreaper. All that commands start are
// in other sessions than we are.
func (h *Host) adopted(t trace) func(process) bool {
	if t.Scope != "" {
		return nil
	}
	session, _ := unix.Getsid(0)
	return func(p process) bool {
		return p.parent == os.Getpid() && p.session != session && p.start >= t.Start && !h.started(p.pid) && p.mark() == ""
	}
}

// reap takes note of the end of processes that commands left to us. One that leads a
// session may be started by somebody else in this process, who waits for it.
func reap() {
	session, _ := unix.Getsid(0)
	for _, p := range processes() {
		if p.zombie && p.parent == os.Getpid() && p.session != session && p.session != p.pid {
			_, _ = unix.Wait4(p.pid, nil, unix.WNOHANG, nil)
		}
	}
}
