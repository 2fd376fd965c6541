package value

// Deferred stands for a value that a run will return: the value is not known until
// the node with that id has been called.
type Deferred struct {
	Node string `json:"node"`
	Name string `json:"name"`
}

// String says where the value will come from.
func (d Deferred) String() string { return "returned by " + d.Node + " as " + d.Name }

// IsDeferred reports whether a value is not known yet, or holds one that is not.
func IsDeferred(x any) bool {
	switch x.(type) {
	case nil, string, bool, int, float64: // nearly all are
		return false
	case Deferred:
		return true
	}
	found := false
	Walk(x, func(leaf any) {
		_, is := leaf.(Deferred)
		found = found || is
	})
	return found
}
