package spec

// RouteQuery asks for the way to a provide from a given stack.
type RouteQuery struct {
	Provide Path     `json:"provide"`         // of one provide, or of a state: then the route ends there
	From    []string `json:"from"`            // stack, bottom first; nil is the stack of now
	Again   []string `json:"again,omitempty"` // applied states to be entered again first, unless they are left
	Index   int      `json:"index,omitempty"` // which of several paths: 0 is the first, -1 the last; up to MostPaths from either end

	// Below asks for the answers, too, to what will be asked next: about the provides that the
	// steps require on the same host, and so on. Stacks are those of other lifecycles there, where
	// they will not be what they are now.
	Below  bool                `json:"below,omitempty"`
	Stacks map[string][]string `json:"stacks,omitempty"`
}

// Route is the way to a provide: the states to enter or leave in order, then the
// call itself as the last step (none if the query named a state).
type Route struct {
	Lifecycle string   `json:"lifecycle"`
	From      []string `json:"from"`  // the stack the route starts on, bottom first
	After     []string `json:"after"` // the stack it ends on
	Steps     []Step   `json:"steps"` // with Requires
	Provide   Provide  `json:"provide,omitzero"`
	Simulated bool     `json:"simulated,omitempty"` // the lifecycle or the host only pretends
	Module    string   `json:"module,omitempty"`    // a digest of the files that the lifecycle was loaded from

	Foreseen []Foreseen `json:"foreseen,omitempty"` // if RouteQuery.Below asks for it; not more than MostForeseen
}

// MostForeseen is how many answers an agent adds to a route. What it leaves out is asked.
const MostForeseen = 1000

// Foreseen is a question that follows from a route, with its answer: the provides that match a
// pattern, or the way to one.
type Foreseen struct {
	Pattern  Pattern     `json:"pattern,omitempty"`
	Provides []Provide   `json:"provides,omitempty"` // that match the pattern
	Query    *RouteQuery `json:"query,omitempty"`
	Route    *Route      `json:"route,omitempty"` // that Query asks for
}

// MostPaths is how many paths an agent lists at once, and up to which it numbers them.
const MostPaths = 10000

// PathsQuery asks for the paths to a state.
type PathsQuery struct {
	State Path     `json:"state"`          // /host/Lifecycle/State; what is longer is cut
	From  []string `json:"from,omitempty"` // stack, bottom first; nil is the stack of now
	Most  int      `json:"most,omitempty"` // how many to list, at most MostPaths; 0 is 1
}

// Paths are the paths to a state, in the order in which RouteQuery.Index counts them:
// of each the states to enter and to leave. A path without steps says that the state
// is the current one; no path at all, that it cannot be reached.
type Paths struct {
	Paths [][]Step `json:"paths"`
	More  bool     `json:"more,omitempty"` // there are others, which are not listed
}
