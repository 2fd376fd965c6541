package deploy

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Groups are hosts that belong together, by the name of the group: names of hosts, patterns
// of them, and other groups.
type Groups map[string][]string

// IsPattern reports whether a name may mean several hosts: a pattern, as those of files, or a
// group, which begins with @. No host can be called so.
func IsPattern(name string) bool {
	return strings.ContainsAny(name, "*?[") || strings.HasPrefix(name, "@")
}

// Expand gives the hosts that some names mean, in their order. A name that is neither a pattern
// nor a group is a host, whether there is one or not; what patterns and groups mean is there
// once. The error is NotFound for a group that does not exist, or a pattern that no host fits.
func (g Groups) Expand(names []spec.Host, f Fleet) ([]spec.Host, error) {
	if !slices.ContainsFunc(names, func(h spec.Host) bool { return IsPattern(string(h)) }) {
		return names, nil
	}
	var out []spec.Host
	all := f.Hosts()
	for _, name := range names {
		found, err := g.expand(string(name), all, nil)
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			if !IsPattern(string(name)) || !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	return out, nil
}

// expand gives what one name means; within are the groups that it is in.
func (g Groups) expand(name string, all []spec.HostStatus, within []string) ([]spec.Host, error) {
	group, isGroup := strings.CutPrefix(name, "@")
	switch {
	case !IsPattern(name):
		return []spec.Host{spec.Host(name)}, nil
	case !isGroup:
		return matching(name, all)
	case g[group] == nil:
		err := spec.Errorf(spec.NotFound, "there is no group %q", group)
		if names := slices.Sorted(maps.Keys(g)); len(names) > 0 {
			return nil, err.WithHint("there are %s", strings.Join(names, ", "))
		}
		return nil, err.WithHint("groups stand in cli.yaml: groups: {%s: [web1, 'web*']}", group)
	case slices.Contains(within, group):
		return nil, spec.Errorf(spec.Invalid, "the group %s is in itself: %s", group, strings.Join(append(within, group), " > "))
	}
	var out []spec.Host
	for _, member := range g[group] {
		hosts, err := g.expand(member, all, append(within, group))
		if err != nil {
			return nil, err
		}
		for _, h := range hosts {
			if !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	return out, nil
}

func matching(pattern string, all []spec.HostStatus) ([]spec.Host, error) {
	var out []spec.Host
	for _, h := range all {
		fits, err := path.Match(pattern, string(h.Host))
		if err != nil {
			return nil, spec.Errorf(spec.Invalid, "%q is not a pattern of hosts", pattern).WithHint("* stands for any text, ? for any letter")
		}
		if fits {
			out = append(out, h.Host)
		}
	}
	if len(out) == 0 {
		return nil, spec.Errorf(spec.NotFound, "no host is like %q", pattern).WithHint("armonic list shows the hosts")
	}
	return out, nil
}

// Names gives the names and patterns of hosts that one name means, with groups in groups.
func (g Groups) Names(name string) ([]string, error) { return g.names(name, nil) }

func (g Groups) names(name string, within []string) ([]string, error) {
	group, isGroup := strings.CutPrefix(name, "@")
	switch {
	case !isGroup:
		if _, err := path.Match(name, ""); err != nil {
			return nil, spec.Errorf(spec.Invalid, "%q is not a pattern of hosts", name).WithHint("* stands for any text, ? for any letter")
		}
		return []string{name}, nil
	case g[group] == nil || slices.Contains(within, group):
		_, err := g.expand(name, nil, within)
		return nil, err
	}
	var out []string
	for _, member := range g[group] {
		more, err := g.names(member, append(within, group))
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}
