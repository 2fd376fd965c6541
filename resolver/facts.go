package resolver

import (
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// HostFact is what is known of a host without asking its agent.
type HostFact struct {
	Online bool
	Why    string // if it is not online: "no agent", "seen 14m ago"
}

// Facts are all that is known. Resolve only reads them.
type Facts struct {
	Hosts   map[spec.Host]HostFact
	Learned map[NeedKey]Fact
	Returns map[NodeID]any // what the calls of nodes returned
}

// NeedKind says which question of spec.Describer a need is.
type NeedKind string

// The kinds of need.
const (
	NeedProvides NeedKind = "provides"
	NeedStacks   NeedKind = "stacks"
	NeedRoute    NeedKind = "route"
	NeedCheck    NeedKind = "check"
)

// NeedKey identifies a need, and the fact that meets it.
type NeedKey string

// Need is a question for the agent of a host.
type Need struct {
	Kind     NeedKind
	Host     spec.Host
	Pattern  spec.Pattern    // of NeedProvides
	Route    spec.RouteQuery // of NeedRoute
	Work     spec.Work       // of NeedCheck
	Optional bool            // the deployment can be planned without it
	digest   string          // of Work
}

// Key is equal for equal needs.
func (n Need) Key() NeedKey {
	parts := []string{string(n.Kind), string(n.Host)}
	switch n.Kind {
	case NeedProvides:
		parts = append(parts, string(n.Pattern))
	case NeedRoute:
		parts = append(parts, string(n.Route.Provide), strconv.Itoa(n.Route.Index), strings.Join(n.Route.From, ","))
	case NeedCheck:
		parts = append(parts, n.digest)
	case NeedStacks:
	}
	return NeedKey(strings.Join(parts, "\x00"))
}

// Fact is an agent's answer to a need: the field of its kind, or Err.
type Fact struct {
	Provides []spec.Provide
	Stacks   []spec.Stack
	Route    spec.Route
	Problems []spec.Problem
	Err      *spec.Error
}
