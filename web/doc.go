// Package web is the front end for browsers: the same fleet, the same planning and the same
// deployments as in the terminal UI, as pages that are made here, with a little JavaScript
// for what changes while one looks.
//
//	server, security, login   who asks, what is refused, sessions
//	desk                      what one person works with: a fleet, drafts, what they carry out
//	page, show                templates and the words in them
//	fleet, host, machine      what there is
//	catalogue, draft, plan    a deployment takes shape
//	deployments, act, rollback, live
//	                          what becomes of it
//	drift, history, logs      what was done, and what is not as it was left
//
// A Server is an http.Handler, and starts no goroutines of its own; handlers run in those of
// net/http, so all that a Desk holds is behind locks. What a person may do is decided by the
// agents, as everywhere: nobody borrows another's rights.
package web
