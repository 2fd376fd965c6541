// Package server is `armonic server`: set up an XMPP server, or find out what one can do.
//
// What a server needs is known to the package of the same name above. It starts no
// goroutines.
package server
