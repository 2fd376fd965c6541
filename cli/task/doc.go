// Package task has the commands that give one agent, or each of several, one thing to do:
// state-goto and provide-call.
//
// It never works out what other hosts have to do: that is a deployment. It executes on
// many hosts at once and waits for them all.
package task
