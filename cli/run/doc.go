// Package run has the commands that hand one run to an agent, or one to each of several:
// state-goto and provide-call.
//
// It never works out what other hosts have to do: that is a deployment. It executes on
// many hosts at once and waits for them all.
package run
