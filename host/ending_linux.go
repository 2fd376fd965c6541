package host

import (
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	killTime  = 5 * time.Second       // from killing it to giving it up
	waitTime  = 15 * time.Minute      // for what must not be interrupted
	lookAgain = 20 * time.Millisecond // how often the processes are looked at
)

// uninterruptible reports whether a program leaves a system half changed when it is
// killed. The kernel gives 15 bytes of a name.
func uninterruptible(name string) bool {
	switch name {
	case "dpkg", "rpm", "useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "update-initramf", "grub-install":
		return true
	}
	return false
}

// packageTool reports whether a program runs dpkg, and ends after it when it is interrupted.
func packageTool(name string) bool {
	switch name {
	case "apt", "apt-get", "aptitude", "unattended-upgr":
		return true
	}
	return false
}

// ending ends the processes of a command: each is asked to end, and killed if it does
// not. What must not be interrupted is waited for, and so is what it has started and
// what waits for it.
type ending struct {
	find  func() []process
	say   func(string) // says what is waited for
	began time.Time
	asked map[int]time.Time // by process

	left   []process
	waited string // what was waited for, "" if there was nothing
}

func newEnding(find func() []process, say func(string)) *ending {
	return &ending{find: find, say: say, began: time.Now(), asked: map[int]time.Time{}}
}

// step does what is to be done now, and reports whether nothing is left to do. It is
// called until then.
func (e *ending) step() (done bool) {
	e.left = e.find()
	kept, why := protected(e.left)
	if why != "" && e.waited == "" {
		e.waited = why
		e.say("waiting for " + why + ", which must not be interrupted")
	}
	now, done := time.Now(), true
	late := now.Sub(e.began) > waitTime
	for _, p := range e.left {
		tool := packageTool(p.name)
		if kept[p.pid] && !tool {
			done = done && late
			continue
		}
		at, asked := e.asked[p.pid]
		switch {
		case !asked && tool:
			_ = unix.Kill(p.pid, unix.SIGINT)
		case !asked:
			_ = unix.Kill(p.pid, unix.SIGTERM)
		case !kept[p.pid] && now.Sub(at) > graceTime:
			_ = unix.Kill(p.pid, unix.SIGKILL)
		}
		if !asked || kept[p.pid] {
			e.asked[p.pid] = now // its time begins when dpkg has ended
		}
		done = done && (asked && now.Sub(at) > graceTime+killTime || late)
	}
	return done
}

// protected are the processes that are left alone, and the names of those because of
// which they are.
func protected(all []process) (kept map[int]bool, why string) {
	kept = map[int]bool{}
	parents := map[int]int{}
	var names []string
	for _, p := range all {
		parents[p.pid] = p.parent
		if uninterruptible(p.name) {
			kept[p.pid] = true
			names = append(names, p.String())
		}
	}
	withDescendants(kept, all)
	for _, p := range all {
		if uninterruptible(p.name) {
			for at := p.pid; parents[at] != 0; at = parents[at] {
				kept[parents[at]] = true
			}
		}
	}
	return kept, strings.Join(names, ", ")
}

// report says what a person should know of it, "" if there is nothing.
func (e *ending) report() string {
	switch {
	case e == nil:
		return ""
	case len(e.left) > 0:
		names := make([]string, len(e.left))
		for i, p := range e.left {
			names[i] = p.String()
		}
		return "still running: " + strings.Join(names, ", ")
	case e.waited != "":
		return e.waited + " was waited for, as it must not be interrupted"
	}
	return ""
}
