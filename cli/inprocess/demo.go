package inprocess

import (
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
		Lifecycles: lifecycles, Pace: pace}, 11, DemoHosts()...)
}
