// Package connect opens the fleet that flags and settings name: the agents that an XMPP
// server connects us with, the demo, or this host.
//
// It asks agents nothing. It owns a goroutine for each connection or host that it
// watches; who stops the watching waits for it.
package connect
