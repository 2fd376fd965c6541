// Package resolver computes a deployment from facts and answers.
//
// Resolve is a pure function: no context, no error, no I/O, no clock. What it
// lacks comes out as data: Questions for a person, Needs for an agent, Problems
// that point at the answer that caused them. A front end adds an answer or a fact
// and resolves again; going back is deleting an answer; return values of calls are
// more facts, so that planning and carrying out are one code path.
package resolver
