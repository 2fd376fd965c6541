package probe

import "strings"

// Listener is a process that takes connections to 127.0.0.1 at a port.
type Listener struct {
	PID  int
	Name string // of the program, at most 15 bytes as the kernel keeps it
	Unit string // of systemd, "nginx.service"; "" if it belongs to none
}

// String is how people call it: by its unit, else by its program.
func (l Listener) String() string {
	switch {
	case l.Unit != "":
		return l.Unit
	case l.Name != "":
		return l.Name
	}
	return "another process"
}

// Of says whether the listener belongs to a service. A socket that systemd itself holds
// belongs to whichever it starts.
func (l Listener) Of(service string) bool {
	return l.PID == 1 || l.Unit == service || l.Unit == service+".service" ||
		strings.HasPrefix(l.Unit, service+"@") && !strings.Contains(service, "@")
}

// unitOf is the unit of systemd in the text of /proc/PID/cgroup: the last part of its
// path that is a unit with processes of its own.
func unitOf(cgroup string) string {
	for line := range strings.Lines(cgroup) {
		_, path, ok := strings.Cut(strings.TrimSpace(line), ":/")
		if !ok {
			continue
		}
		parts := strings.Split(path, "/")
		for i := len(parts) - 1; i >= 0; i-- {
			if strings.HasSuffix(parts[i], ".service") || strings.HasSuffix(parts[i], ".scope") {
				return parts[i]
			}
		}
	}
	return ""
}
