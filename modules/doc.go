// Package modules turns Starlark files into lifecycles, checks them, and holds the shipped
// ones.
//
// A file is run twice over. To define, once, hermetically: it declares states,
// provides and requires with the builtins lifecycle, state, meta_state, provide,
// require, require_local, require_external and var, and is then frozen; no clock,
// network, environment or file can be reached. To act: the functions it named are
// called with a ctx, which is what package actions does.
//
// Load reports what is wrong in every file, not only the first, and then checks the
// set as a whole: targets that match nothing, requirements that go round in a circle.
//
// The package starts no goroutine of its own, touches no host and keeps nothing
// between calls: what a state must remember is in the engine's store.
//
// # Limits
//
// A module may be wrong, but it is no enemy: it may run any command as root. So what
// happens by accident is stopped and said: steps, time, recursion, the size of a file
// and of one value. Memory is not counted: one step may make a value of any size, and to
// count it every operator of a file would have to be rewritten. An agent that needs too
// much is killed by the kernel and started again by systemd, which interrupts the step.
package modules
