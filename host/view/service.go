package view

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// ServiceState is how a service is: the content of its object, in two words.
type ServiceState struct {
	Boot string // what systemd calls its unit file: "enabled", "disabled", "masked", "static", …
	Now  string // one of the words below
}

// What a service does now.
const (
	Running    = "running"
	Stopped    = "stopped"
	FailedNow  = "failed"     // it is stopped, by itself
	Finished   = "finished"   // it did its work and ended, as a unit of type oneshot is to
	Idle       = "idle"       // it is such a unit, and whether it did its work is not known
	Restarting = "restarting" // it fails, and systemd tries again and again
	Starting   = "starting"
	Stopping   = "stopping"
)

// Unknown is the word for what a preview cannot know, since a package is yet to bring the
// service.
const Unknown = "unknown"

// What counts of a unit file, beside the words of systemd. A script in /etc/init.d has
// them with sysvPrefix in front; "unlinked" then is one that was never enabled or disabled.
const (
	Enabled    = "enabled"
	Disabled   = "disabled"
	sysvPrefix = "sysv-"
)

// String gives the content of an object.
func (s ServiceState) String() string { return s.Boot + ", " + s.Now }

// ParseService reads the content of a service.
func ParseService(content string) ServiceState {
	boot, now, _ := strings.Cut(content, ", ")
	return ServiceState{boot, now}
}

// IsRunning reports whether it runs, or did what it had to.
func (s ServiceState) IsRunning() bool { return s.Now == Running || s.Now == Finished }

// IsStopped reports whether it does not run.
func (s ServiceState) IsStopped() bool {
	return s.Now == Stopped || s.Now == FailedNow || s.Now == Finished || s.Now == Idle
}

// WithBoot gives the state with the unit enabled or disabled, "" if that is not possible.
func (s ServiceState) WithBoot(enabled bool) ServiceState {
	sysv, word := "", Disabled
	if strings.HasPrefix(s.Boot, sysvPrefix) {
		sysv = sysvPrefix
	}
	if enabled {
		word = Enabled
	}
	switch strings.TrimPrefix(s.Boot, sysv) {
	case Enabled, Disabled, Unknown:
	case "unlinked":
		if !enabled {
			return s // it is not started at boot
		}
	default:
		if enabled {
			return ServiceState{"", s.Now}
		}
		return s // nothing but what needs it starts it
	}
	return ServiceState{sysv + word, s.Now}
}

// sameService reports whether a service is as wanted: one that failed is stopped, one that
// is to end by itself is whichever was wanted.
func sameService(want, is ServiceState) bool {
	if want.Boot != is.Boot {
		return false
	}
	switch {
	case want.IsRunning():
		return is.IsRunning() || is.Now == Idle
	case want.IsStopped():
		return is.IsStopped()
	}
	return want.Now == is.Now
}

// UnitName is the name of a unit as systemd has it: nginx is nginx.service.
func UnitName(service string) string {
	suffixes := []string{".service", ".socket", ".timer", ".path", ".mount", ".automount", ".target", ".slice", ".swap", ".scope", ".device"}
	if slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(service, s) && service != s }) {
		return service
	}
	return service + ".service"
}

// CheckService refuses what is no name of a service.
func CheckService(name string) error {
	if name == "" || len(name) > 200 || strings.HasPrefix(name, "-") || strings.HasPrefix(name, ".") || strings.Trim(name, unitCharacters) != "" {
		return spec.Errorf(spec.Invalid, "%q is no name of a service", name).WithHint("such as nginx, php8.2-fpm, postgresql@15-main or fstrim.timer")
	}
	return nil
}

const unitCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@"

// Verb is what is done to a service without changing what it is.
type Verb = spec.ObjectKind

// The verbs. Their keys are "reload nginx" and "restart nginx".
const (
	Reload  = spec.ObjectReload
	Reboot  = spec.ObjectReboot // of the host
	Restart = spec.ObjectRestart
)

// MountUnit is the name of the unit that mounts something on a directory.
func MountUnit(where string) string {
	var b strings.Builder
	for i, c := range []byte(strings.Trim(where, "/")) {
		switch {
		case c == '/':
			b.WriteByte('-')
		case c == '.' && i == 0, c == '-', strings.IndexByte(unitCharacters, c) < 0, c == '@', c == '\\':
			b.WriteString(`\x` + hex.EncodeToString([]byte{c}))
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + ".mount"
}
