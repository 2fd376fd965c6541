// Package modules turns Starlark files into lifecycles, and holds the shipped ones.
//
// A file is run twice over. To define, once, hermetically: it declares states,
// provides and requires with the builtins lifecycle, state, meta_state, provide,
// require, require_local, require_external and var, and is then frozen; no clock,
// network, environment or file can be reached. To act: the functions it named are
// called with a ctx, each call on a Starlark thread of its own that ends when the
// context of the call does.
//
// Load reports what is wrong in every file, not only the first, and then checks the
// set as a whole: targets that match nothing, requirements that go round in a circle.
//
// The package starts no goroutine of its own, touches no host and keeps nothing
// between calls: what a state must remember is in the engine's store.
package modules
