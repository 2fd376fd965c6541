// Package module is `armonic module`: write, check, test, format and read modules.
//
// It never touches a host: what is tried is tried on simulated ones. It starts no
// goroutines.
package module
