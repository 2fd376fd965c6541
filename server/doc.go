// Package server writes what an XMPP server needs to carry Armonic: a configuration
// for Prosody or ejabberd as Debian packages them, certificates of an authority of
// its own, and the account of the first master. And it finds out what a server that
// runs can do, and what to change where it cannot.
//
// Create writes into one folder and nowhere else; Check talks to the server as any
// client does, and leaves nothing behind. The package neither installs nor starts
// servers for good, and starts nothing but what closes a connection whose context has
// ended. For ejabberd, whose accounts are in a
// database that only it can read, Create runs it once without a listener.
package server
