// Package xmpp carries the agent contract over an XMPP server.
package xmpp
