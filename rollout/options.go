package rollout

import (
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Options of a rollout. The zero value is usable.
type Options struct {
	ID   spec.DeploymentID // "" makes one
	Name string            // what people call it; "" is made from the root: "proxy-lb1"
	By   string            // who asks, for the agents' history
	Now  func() time.Time  // nil is time.Now
	Sink func(Update)      // called for every event, one at a time; nil for none

	// Logs keeps what happens, so that it can be resumed; nil keeps it in memory.
	Logs *Store

	// Patience is for a host to which the fleet has no way when its turn comes; 0 is 2
	// minutes. An agent that a run may have been handed to is waited for until Stop.
	Patience time.Duration

	leap func() int // how far the revision of a resumed deployment is beyond that of before; nil is at random

	// Shown is what the operator was shown of the plan: a task whose host would do something
	// else by now does nothing. A task that follows others on its host is not held to it.
	Shown map[resolver.TaskID]deploy.TaskPreview
	// Unpinned carries the plan out also with modules that were changed since it was made.
	Unpinned bool
	// Approval says who has to approve which plans before anything of them is handed over. Hosts
	// that take only what was approved see to that by themselves.
	Approval []Demand
	// Changed says what to do about what was changed since, and is to be taken back.
	Changed spec.Changed
}

// Update is an event of the run of a task.
type Update struct {
	Task      resolver.TaskID
	Node      resolver.NodeID
	Host      spec.Host
	Lifecycle string
	Step      *spec.Step // with the inputs it is run with; nil where no step is meant
	Event     spec.Event
}
