// Package crash keeps what the Go runtime says of a fault that ends this program,
// whichever goroutine it was in, in a file: arguments of functions are addresses there,
// so it holds no values. What the message quotes is hidden, since it may be a secret.
//
// Of an operator's commands, a second process waits for that (see
// runtime/debug.SetCrashOutput): it can put the terminal back and name the file. An agent
// has the file open itself, and names it when it is started again.
package crash
