// Package commands has ad-hoc commands (XEP-0050), with which a general XMPP client of a
// master asks an agent what it is, what is applied, and calls a provide after filling in
// a form (package form, XEP-0004). Of the extension is used: execute, complete, next and
// cancel, notes, and a session id that stays the same; there is no way back to an
// earlier form. Package disco lists the commands.
//
// A Server answers in the goroutine of who asks it, and starts none. A form has no
// secret in it, and a result neither.
package commands
