// Package actions calls the functions of modules: the enter, leave and cross of states,
// provides, and the suggestions and checks of variables. It has what their ctx offers.
//
// Each call has a Starlark thread of its own, which ends when the context of the call
// does or when a limit is met. The secrets that a function was given are taken out of
// all that it says. The package starts no goroutine, keeps nothing between calls, and
// touches the host through a Machine only.
package actions
