package inprocess

import (
	"slices"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// DemoHosts are the names of the hosts of the demo.
func DemoHosts() []spec.Host { return []spec.Host{"db1", "lb1", "web1", "web2", "web3"} }

// DemoName is what the fleet of the demo is called.
const DemoName = "demo"

// NewDemo starts the five hosts of the demo, all offering the same lifecycles.
func NewDemo(lifecycles []*lifecycle.Lifecycle, pace time.Duration, system spec.OS) (*agentd.Fleet, error) {
	return agentd.Simulate(DemoName, agentd.Config{Info: spec.Info{OS: system, Version: Version(), Since: time.Now()},
		Lifecycles: storyFirst(lifecycles), Pace: pace}, 11, DemoHosts()...)
}

// storyFirst has what docs/story.md deploys come first in the catalogue, then the other services,
// and last the examples that pretend.
func storyFirst(lifecycles []*lifecycle.Lifecycle) []*lifecycle.Lifecycle {
	const story = "Haproxy"
	out := slices.Clone(lifecycles)
	place := func(l *lifecycle.Lifecycle) int {
		switch {
		case l.Name == story:
			return 0
		case l.Simulated:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b *lifecycle.Lifecycle) int { return place(a) - place(b) })
	return out
}
