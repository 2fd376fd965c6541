package enrol

import (
	"context"
	"encoding/base64"
	"net"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Where things are on a host.
const (
	program      = "/usr/local/bin/armonic"
	unitFile     = "/etc/systemd/system/armonic-agentd.service"
	unit         = "armonic-agentd"
	settings     = "/etc/armonic"
	agentFile    = settings + "/agent.yaml"
	passwordFile = settings + "/password"
	caFile       = settings + "/ca.pem"
	stateDir     = "/var/lib/armonic"
)

// lookScript prints "KEY VALUE" lines, and for each file that matters its digest.
const lookScript = `
( . /etc/os-release 2>/dev/null; echo "os ${ID:-unknown} ${VERSION_ID:-}"; echo "pretty ${PRETTY_NAME:-}" )
echo "kernel $(uname -s)"
echo "machine $(uname -m)"
echo "hostname $(uname -n)"
echo "ssh $ARMONIC_SSH"
test -d /run/systemd/system && echo "systemd yes"
for f in ` + program + ` ` + unitFile + ` ` + caFile + `; do
	test -f $f && echo "sum $f $(sha256sum <$f | cut -c1-64)"
done
test -f ` + agentFile + ` && echo "settings $(base64 <` + agentFile + ` | tr -d '\n')"
test -s ` + passwordFile + ` && echo "password yes"
test -d ` + stateDir + ` && echo "state yes"
systemctl show ` + unit + ` -p LoadState -p ActiveState -p UnitFileState -p FragmentPath -p StatusText -p NRestarts 2>/dev/null | sed 's/^\([A-Za-z]*\)=/\1 /'
p=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' $(systemctl show -P FragmentPath ` + unit + ` 2>/dev/null) /dev/null | head -n 1)
test -n "$p" && echo "version $($p --version 2>&1 | head -n 1)"
true
`

// Facts are what matters of a host.
type Facts struct {
	OS       spec.OS
	Pretty   string // "Debian GNU/Linux 12 (bookworm)"
	Kernel   string // "Linux"
	Machine  string // "x86_64"
	Hostname string
	Systemd  bool

	// Of the ssh connection, as the host sees it.
	Client, Address string // who connects, and the host's own address; "" if unknown
	Local           bool   // both are on the same machine

	Sums     map[string]string // of files that are there, in hex
	Settings string            // agent.yaml, "" if there is none
	Password bool              // there is a file for it
	State    bool              // an agent has been at work
	Unit     Unit
	Version  string // of the program that the unit starts
}

// Unit is that of the agent.
type Unit struct {
	File    string // "" if there is none
	Active  string // "active", "failed", …
	Enabled bool
	Status  string // what the agent says of its connection
	Starts  string // how often it was started again
}

// Look asks a host what it is.
func Look(ctx context.Context, s *Shell) (Facts, error) {
	out, err := s.Run(ctx, lookScript, nil)
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Sums: map[string]string{}}
	for line := range strings.Lines(out) {
		key, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		first, second, _ := strings.Cut(text, " ")
		switch key {
		case "os":
			f.OS = spec.OS{Name: first, Release: second}
		case "pretty":
			f.Pretty = text
		case "kernel":
			f.Kernel = text
		case "machine":
			f.Machine = text
		case "hostname":
			f.Hostname, _, _ = strings.Cut(text, ".")
		case "systemd":
			f.Systemd = true
		case "ssh":
			if ends := strings.Fields(text); len(ends) == 4 {
				f.Client, f.Address = address(ends[0]), address(ends[2])
				f.Local = net.ParseIP(ends[0]).IsLoopback()
			}
		case "sum":
			f.Sums[first] = second
		case "settings":
			b, _ := base64.StdEncoding.DecodeString(text) // what cannot be read is nobody's settings
			f.Settings = string(b)
		case "password":
			f.Password = true
		case "state":
			f.State = true
		case "version":
			f.Version = text
		default:
			f.Unit.set(key, text)
		}
	}
	return f, nil
}

// Connected reports whether the agent says that it is.
func (u Unit) Connected() bool {
	return u.Active == "active" && strings.HasPrefix(u.Status, "connected as ")
}

// set takes a property of systemd.
func (u *Unit) set(key, text string) {
	switch key {
	case "FragmentPath":
		u.File = text
	case "ActiveState":
		u.Active = text
	case "UnitFileState":
		u.Enabled = text == "enabled"
	case "StatusText":
		u.Status = text
	case "NRestarts":
		u.Starts = text
	}
}

// address is one that others can use, or "".
func address(text string) string {
	text, _, _ = strings.Cut(text, "%")
	ip := net.ParseIP(text)
	if ip == nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return ""
	}
	return ip.String()
}

// Usable says why no agent can be on such a host.
func (f Facts) Usable() error {
	switch {
	case f.Kernel != "Linux":
		return spec.Errorf(spec.Invalid, "it runs %s, and agents run on Linux", f.Kernel)
	case !f.Systemd:
		return spec.Errorf(spec.Invalid, "it does not run systemd, which agents need")
	}
	return nil
}

// Said is the last thing that the agent of a host said.
func Said(ctx context.Context, s *Shell) string {
	out, err := s.Run(ctx, "journalctl -u "+unit+" -n 50 --no-pager -o cat _COMM=armonic", nil)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for len(lines) > 1 && strings.HasPrefix(strings.TrimSpace(lines[len(lines)-1]), "hint:") {
		lines = lines[:len(lines)-1]
	}
	return lines[len(lines)-1]
}
