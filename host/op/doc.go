// Package op has the operations on a host: each is a file, and all are alike. An
// operation says, through a view of the host, what would change; nothing, if the host is
// so already. Apply changes it. So the same code is the preview, on an overlay, the
// change, and the simulation.
//
// All is the registry: the functions of ctx.host, their documentation and the tables of
// tests are made from it. A new operation is a new file with its Definition, a line in
// All, and its samples in the tests.
//
// The package starts no goroutines.
package op
