// Package lines keeps the log lines of a deployment for those that show them: the newest in
// memory, older ones on disk, in files that have no names and end with the program.
//
// It starts no goroutine, and is for one at a time.
package lines
