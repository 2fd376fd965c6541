// Package agentd is the daemon around the engines of one host: it takes runs,
// executes them one at a time, keeps what happened in them, and tells whoever
// follows.
//
// A Service is a spec.Agent in this process; Simulate makes a Fleet of them. It starts
// one goroutine, the worker that executes runs; Close ends and awaits it. Everything
// else runs in the goroutines of its callers, and no caller, however slow, holds up the
// worker.
//
// The package listens to no network and touches no host: others carry requests to
// it, and what a step does is the business of its module.
package agentd
