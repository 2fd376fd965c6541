// Package resolver computes a deployment from facts and answers.
//
// Resolve is a pure function: no context, no error, no I/O, no clock. What it
// lacks comes out as data: Questions for a person, Needs for an agent, Problems
// that point at the answer that caused them. A front end adds an answer or a fact
// and resolves again; going back is deleting an answer; return values of calls are
// more facts, so that planning and carrying out are one code path.
//
// It is a chain of passes, each a file, in the order in which data goes:
//
//	place, route   where a node is, which provide it is, the way there, and below it
//	               whatever that requires: a tree
//	values         the value of each variable of the tree
//	suggestions    the values that a variable could take
//	calls          the steps of each node with their inputs; equal nodes are one call
//	checks         what agents say of these inputs
//	questions      all that is shown to the operator
//	problems       all that is wrong
//	plan           the tasks, if nothing is
//
// Package resolver starts no goroutines.
package resolver
