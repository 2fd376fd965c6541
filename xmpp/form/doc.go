// Package form has data forms (XEP-0004): what a general XMPP client shows a person
// to fill in, or as a result. It knows how a form asks for the inputs of a route,
// and reads them from what was filled in.
//
// Nothing here acts: no goroutine, no clock, no network, and no agent. Secrets are
// never written into a form.
package form
