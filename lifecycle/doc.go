// Package lifecycle runs the state machine of one service.
//
// A Lifecycle is a definition: states, the transitions between them, what each
// state does when it is entered, left or crossed, and the provides it offers. An
// Engine applies it: synchronously, step by step, recording in a Store before and
// after every step, so that the stack always tells the truth.
//
// The package starts no goroutine, reads no file and opens no connection; what a
// state does to a machine is the business of the functions it is made of.
package lifecycle
