// Package xmpptest runs XMPP servers for tests: Prosody and ejabberd as Debian
// packages them, each in a temporary folder, on an address of its own of the loopback
// interface, set up by package server as operators have it. It also has a proxy that
// does to a connection what networks do: cut, stall, delay, throttle.
//
// A server ends with its test. It touches nothing outside its folder, and never the
// system's own server or its configuration. Only tests import the package.
package xmpptest
