// Package web is `armonic web`: it serves the web front end, on this machine alone for
// whoever starts it, or over TLS for everybody with an account on the XMPP server.
//
// It makes no pages. It owns the goroutine in which the server listens, and ends it.
package web
