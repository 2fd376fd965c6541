// Package quarantine remembers, across the death of a process, which file of modules was
// being loaded. A file that killed the process is left out until it changes.
//
// Two small files in a folder say so: one exists while a file of modules is loaded, the
// other lists what is left out. The package starts no goroutine.
package quarantine
