package web

import (
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// again is what the page shows on which a deployment is planned once more.
type again struct {
	ID    spec.DeploymentID
	Name  string
	Hosts []spec.Host
	There []spec.HostStatus
}

func againPage(v *visit) error {
	s, err := v.source()
	if err != nil {
		return err
	}
	x := s.summary()
	return v.show("again", "deployments", "Deploy "+x.Name+" again", again{x.ID, x.Name, x.Hosts, v.Fleet.Hosts()})
}

// planAgain begins a draft of what a deployment did, which may be for other hosts.
func planAgain(v *visit) error {
	moves := map[spec.Host]spec.Host{}
	for name, to := range v.r.PostForm {
		if from, ok := strings.CutPrefix(name, "on:"); ok {
			moves[spec.Host(from)] = spec.Host(strings.TrimSpace(to[0]))
		}
	}
	for from, to := range moves {
		if !slices.ContainsFunc(v.Fleet.Hosts(), func(h spec.HostStatus) bool { return h.Host == to }) && from != to {
			return spec.Errorf(spec.NotFound, "there is no host %q", to).WithHint("go back, and choose another one in the place of %s", from)
		}
	}
	of, err := v.source()
	if err != nil {
		return err
	}
	s, err := of.again(v.r.Context(), moves)
	if err != nil {
		return err
	}
	s.SetGroups(v.Groups)
	return v.begin(s, &draft{label: of.summary().Name + " again", moved: written(moves)})
}

// written says which hosts are in the places of others.
func written(moves map[spec.Host]spec.Host) string {
	var out []string
	for _, from := range slices.Sorted(maps.Keys(moves)) {
		if moves[from] != from {
			out = append(out, string(moves[from])+" in the place of "+string(from))
		}
	}
	return strings.Join(out, ", ")
}
