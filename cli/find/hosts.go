package find

import (
	"path"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// subset is a fleet of some of a fleet's hosts.
type subset struct {
	deploy.Fleet
	hosts []spec.Host
}

// chooseHosts keeps the named hosts of a fleet, all if none is named. A name may be a
// pattern, as those of files.
func chooseHosts(f deploy.Fleet, names []string) (deploy.Fleet, error) {
	if len(names) == 0 {
		return f, nil
	}
	var hosts []spec.Host
	for _, name := range names {
		if !isGlob(name) {
			if _, err := f.Agent(spec.Host(name)); err != nil {
				return nil, err
			}
			hosts = append(hosts, spec.Host(name))
			continue
		}
		found := 0
		for _, h := range f.Hosts() {
			fits, err := path.Match(name, string(h.Host))
			if err != nil {
				return nil, spec.Errorf(spec.Invalid, "%q is not a pattern of hosts", name).WithHint("* stands for any text, ? for any letter")
			}
			if fits {
				hosts = append(hosts, h.Host)
				found++
			}
		}
		if found == 0 {
			return nil, spec.Errorf(spec.NotFound, "no host is like %q", name).WithHint("armonic list shows the hosts")
		}
	}
	return &subset{f, hosts}, nil
}

// isGlob reports whether a name of a host is a pattern.
func isGlob(name string) bool { return strings.ContainsAny(name, "*?[") }

// Hosts lists the hosts that were named.
func (s *subset) Hosts() []spec.HostStatus {
	return slices.DeleteFunc(s.Fleet.Hosts(), func(h spec.HostStatus) bool { return !slices.Contains(s.hosts, h.Host) })
}
