// Package interp is the Starlark interpreter as modules use it: threads with limits of
// steps and time, values that go in and out, and errors with a place and a hint.
//
// It knows nothing of lifecycles and touches no host. It starts no goroutine; a Monitor
// tells whoever asks it which computations go on for too long.
package interp
