// Package run has the commands that hand one run to an agent, or one to each of several:
// state-goto, provide-call and provide-undo.
//
// What other hosts have to do before it never works out: that is a deployment. What was
// called on them for states that are left is taken back. It executes on many hosts at once
// and waits for them all.
package run
