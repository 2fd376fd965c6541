// Package hostfleet gives tests a fleet of real Debian hosts (package hosttest): an XMPP
// server, an operator with settings of their own, and agents that run as units, as they come
// with the program. Only tests import it.
package hostfleet
