// Package value has what is common to all values that travel: typed into a field,
// read from a file, held by the resolver, sent to an agent, kept in its journal,
// given to a module, returned and shown.
//
// A value is nil, a bool, an int (int64 and uint64 where the number needs it), a
// float64, a string, a Secret, a Deferred, a []any or a map[string]any of values.
// Values are shared, not changed: who wants another one makes it with Clone or Map.
//
// It does not know what a variable is, nor which values are good: that is package
// spec's. It starts no goroutine and touches no file.
package value
