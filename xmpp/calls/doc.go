// Package calls has calls of ours over iq: the operations of spec.Agent, with what they
// take and give as JSON, large texts in pieces, and the events of a run as headlines
// with credit and a lease. docs/protocol.md says what goes over the wire.
//
// A Server is an agent's end: it serves whom it is told to, so many calls at once, and
// decides nothing but what a role may do and see. A Client is a master's end: it gives
// a spec.Agent for an address. Neither trusts the network to deliver: runs have ids,
// events have numbers, and what is missing is asked for again.
//
// A Server starts a goroutine for each call, and two for each follower; Wait awaits
// them after the session has ended. A Client starts one for each call, which ends with
// it. A secret that a step returned is written only for followers who may deploy.
package calls
