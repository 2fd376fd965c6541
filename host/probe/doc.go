// Package probe asks whether a service answers: once, over TCP or HTTP. It changes
// nothing, sends nothing but the request, and starts no goroutines of its own.
package probe
