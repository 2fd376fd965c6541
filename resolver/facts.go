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

	// Again names states that are applied and are to be entered again, with other values,
	// by the path of their lifecycle.
	Again map[spec.Path][]string
}

// NeedKind says which question of spec.Describer a need is.
type NeedKind string

// The kinds of need.
const (
	NeedProvides NeedKind = "provides"
	NeedStacks   NeedKind = "stacks"
	NeedRoute    NeedKind = "route"
	NeedPaths    NeedKind = "paths"
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
	Paths    spec.PathsQuery // of NeedPaths
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
		parts = append(parts, string(n.Route.Provide), strconv.Itoa(n.Route.Index), strings.Join(n.Route.From, ","), strings.Join(n.Route.Again, ","))
	case NeedPaths:
		parts = append(parts, string(n.Paths.State), strings.Join(n.Paths.From, ","))
	case NeedCheck:
		parts = append(parts, n.digest)
	case NeedStacks:
	}
	return NeedKey(strings.Join(parts, "\x00"))
}

// TakeForeseen moves the answers out of a fact that its host gave to questions that will be asked
// next.
func (f *Fact) TakeForeseen(h spec.Host, out map[NeedKey]Fact) {
	for _, x := range f.Route.Foreseen {
		switch {
		case x.Route != nil && x.Query != nil:
			out[Need{Kind: NeedRoute, Host: h, Route: *x.Query}.Key()] = Fact{Route: *x.Route}
		case x.Pattern != "":
			out[Need{Kind: NeedProvides, Host: h, Pattern: x.Pattern}.Key()] = Fact{Provides: x.Provides}
		}
	}
	f.Route.Foreseen = nil
}

// Fact is an agent's answer to a need: the field of its kind, or Err.
type Fact struct {
	Provides []spec.Provide
	Stacks   []spec.Stack
	Route    spec.Route
	Paths    spec.Paths
	Problems []spec.Problem
	Err      *spec.Error
}
