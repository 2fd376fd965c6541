package enrol

import (
	"net"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Target is a host as a person names it: what ssh is told, and what it is called in the fleet.
type Target struct {
	Name spec.Host // "" for what the host calls itself
	SSH  string    // [USER@]HOST or ssh://[USER@]HOST[:PORT]
}

// ParseTarget reads [NAME=][USER@]HOST. Without NAME a host is called as it is named, and if
// that is an address as it calls itself.
func ParseTarget(text string) (Target, error) {
	t := Target{SSH: text}
	if name, rest, given := strings.Cut(text, "="); given {
		t.Name, t.SSH = spec.Host(name), rest
		if name == "" {
			return t, spec.Errorf(spec.Invalid, "%.60q has no name before the =", text).WithHint("write NAME=USER@HOST, or only USER@HOST")
		}
	}
	if strings.HasPrefix(t.SSH, "-") || strings.ContainsAny(t.SSH, " \t'\"\\$`;") || t.host() == "" {
		return t, spec.Errorf(spec.Invalid, "%.60q is no host that ssh can be told", text).WithHint("write USER@HOST, as for ssh, such as root@web1")
	}
	if t.Name == "" && net.ParseIP(t.host()) == nil {
		t.Name = spec.Host(strings.ToLower(t.host()))
	}
	if t.Name != "" {
		return t, t.Name.Check()
	}
	return t, nil
}

// host is that of ssh, without the user and the port.
func (t Target) host() string {
	host, uri := strings.CutPrefix(t.SSH, "ssh://")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if name, _, err := net.SplitHostPort(host); uri && err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// ParseTargets reads them from the command line, and from the lines of a file, where what
// follows a # is for people. No two may be called the same.
func ParseTargets(args []string, file string) ([]Target, error) {
	for line := range strings.Lines(file) {
		line, _, _ = strings.Cut(line, "#")
		args = append(args, strings.Fields(line)...)
	}
	var out []Target
	known, named := map[string]bool{}, map[spec.Host]string{}
	for _, a := range args {
		t, err := ParseTarget(a)
		switch {
		case err != nil:
			return nil, err
		case known[t.SSH]:
			continue
		case t.Name != "" && named[t.Name] != "":
			return nil, spec.Errorf(spec.Invalid, "%s and %s would both be called %s", named[t.Name], t.SSH, t.Name).WithHint("give one another name: NAME=%s", t.SSH)
		}
		known[t.SSH], named[t.Name] = true, t.SSH
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, spec.Errorf(spec.Invalid, "no host is named").WithHint("name hosts as for ssh: root@web1 root@web2, or --file FILE with one a line")
	}
	return out, nil
}
