package spec

// Resource is one thing that a pattern can name: a location, lifecycle, state,
// provide, require or variable.
type Resource struct {
	Path  Path              `json:"path"` // names this one resource, and no other
	Kind  string            `json:"resource"`
	Attrs map[string]string `json:"attributes,omitempty"` // as patterns see them: label, tags, type, …

	// Provide is, of a provide ("enter" included), what it asks and returns as its
	// module declares it: a module's suggestions are in routes only.
	Provide *Provide `json:"provide,omitempty"`
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
