// Package reference writes what there is to know of what modules can use: the reference
// and the limits for the manual, and stubs for editors.
//
// All of it is made from the signatures by which arguments are bound, so it cannot say
// something else than what happens. The package touches no file and starts no goroutine.
package reference
