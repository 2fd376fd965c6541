// Package xmpptest runs XMPP servers for tests: Prosody and ejabberd as Debian
// packages them, each in a temporary folder, on an address of its own of the loopback
// interface, set up by package server as operators have it. It also has a proxy that
// does to a connection what networks do: cut, stall, delay, throttle.
//
// For quick tests there is a Router, a server in memory with rooms. Over both there are
// agents to test with, one that serves the contract suite and one that talks, pairs of
// an agent and a client, and clients that say what they like.
//
// A server ends with its test. It touches nothing outside its folder, and never the
// system's own server or its configuration. Only tests import the package.
package xmpptest
