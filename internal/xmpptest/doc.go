// Package xmpptest runs XMPP servers for tests: Prosody and ejabberd as Debian
// packages them, each in a temporary folder, on ports of its own on the loopback
// interface, with a certificate from an authority made for it. It also has a proxy
// that does to a connection what networks do: cut, stall, delay.
//
// A server ends with its test. It touches nothing outside its folder, and never the
// system's own server or its configuration. Only tests import the package.
package xmpptest
