package view

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

const (
	usualLockWait = 15 * time.Minute
	lockAgain     = 200 * time.Millisecond
)

// awaitLock waits until nobody uses the package manager, and says whom it waits for. What
// runs is never ended: a package would be left half installed.
func (r Real) awaitLock(ctx context.Context) error {
	limit := r.LockWait
	if limit <= 0 {
		limit = usualLockWait
	}
	end := time.Now().Add(limit)
	said := ""
	for {
		who := aptLockHolder()
		if who == "" {
			return nil
		}
		if time.Now().After(end) {
			return spec.Errorf(spec.Timeout, "%s has held the lock of the package manager for %s", who, limit).
				WithHint("wait until it is done, then try again; nothing was changed")
		}
		if who != said {
			r.say("waiting for the package manager, which " + who + " uses")
			said = who
		}
		select {
		case <-ctx.Done():
			return &spec.Error{Kind: spec.Canceled, Msg: "it was stopped while " + who + " used the package manager", Err: ctx.Err()}
		case <-time.After(lockAgain):
		}
	}
}

// aptLockHolder names the process that uses the package manager, "" if there is none. This
// process must hold none of these locks itself: closing a file here would drop it.
func aptLockHolder() string {
	for _, p := range []string{dpkgDir + "/lock-frontend", dpkgDir + "/lock", "/var/cache/apt/archives/lock"} {
		fd, err := unix.Open(p, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			continue // nobody ever locked it
		}
		l := unix.Flock_t{Type: unix.F_WRLCK}
		err = unix.FcntlFlock(uintptr(fd), unix.F_GETLK, &l)
		closeFile(fd)
		if err == nil && l.Type != unix.F_UNLCK {
			return processName(int(l.Pid))
		}
	}
	return ""
}

// processName is how a process was called, and its number.
func processName(pid int) string {
	if pid <= 0 {
		return "a process outside of this system"
	}
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	text := strings.TrimSpace(strings.ReplaceAll(string(b), "\x00", " "))
	if text == "" {
		return fmt.Sprintf("process %d", pid)
	}
	if long := []rune(text); len(long) > 80 {
		text = string(long[:79]) + "…"
	}
	return fmt.Sprintf("%q (process %d)", text, pid)
}
