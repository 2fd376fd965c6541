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
//
// # Limits
//
// A module may be wrong or hostile; the agent has to survive it and say which limit
// it met: of steps, time, memory, nesting, size of a value, size of a number. The
// interpreter itself counts steps only, and one step may make or visit a value of any
// size. So every file is rewritten as it is loaded: operators, methods, keys, slices
// and calls with a star go through guards, which measure what an operation would make
// or visit and pay for it, in bytes or in steps, before it is done. What is left
// unguarded makes at most some ten bytes in a step, which the step limit bounds. A
// context that ends, and the stopwatch, cancel between two steps; because guards bound
// what is between them, that is soon.
//
// The other way, to evaluate in a child process with a memory limit, was not taken:
// the limit of the address space that the kernel offers does not suit the runtime of
// Go, it would exist on Linux only, values and logs would have to be carried across,
// and a suggestion, which is asked for while somebody types, would cost the start of
// a process. A watch over the memory of the whole process was not taken either: it
// cannot tell who uses it. The price is that each new way to make a value needs its
// guard; TestHostileModules lists those that are known, and runs them in a child
// process whose peak memory it checks.
package modules
