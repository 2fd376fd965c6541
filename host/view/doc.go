// Package view has a host's files as operations see them. A View gives what is at a path,
// and puts something else there. There are three, with one behaviour: Real is this
// machine; Overlay reads another view and keeps in memory what is put there, so that
// it shows what would be; Memory is a simulated host.
//
// It starts no goroutines.
package view
