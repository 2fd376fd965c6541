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
