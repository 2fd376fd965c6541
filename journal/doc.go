// Package journal keeps on disk what engines did, so that an agent that is killed
// at any moment finds the truth when it starts again.
//
// A Journal is a lifecycle.Store: the stack with the values it was entered with,
// the step that has begun with what is known of it, the last fault, the history of
// calls. It also remembers the runs that were executed, and the reloads that are
// owed. Each write is one transaction of one file, on the disk when it returns.
//
// # The file
//
// It is a bbolt database with one bucket, "journal"; each value is a checksum
// (CRC-32C of key and text, 4 bytes, big endian) and a text in JSON:
//
//	format              the name and version of this layout
//	index               the lifecycles there are, and the numbers of the runs
//	lifecycle/NAME      stack, step in progress, fault, numbers of the calls
//	call/NAME/NUMBER    one call, numbered without gaps
//	run/NUMBER          one run with its events, numbered without gaps
//	owed                the reloads that are owed
//
// Of each lifecycle the last lifecycle.MaxCalls calls are kept, of runs the last
// spec.MaxRuns, with their events the last spec.MaxRunsWithEvents. Secrets that are needed again are
// sealed; in the history they are digests, which tell whether two are the same.
//
// # What it refuses
//
// Open reads the whole file before it uses any of it. A page, a value or a number
// that is not as it was written makes the file, or the one lifecycle that it
// belongs to, damaged: that is said with the path, and nothing is repaired, left
// out or begun anew in silence. A file that another process has open, that this
// user may not use or that has another format is named as such.
//
// The package starts no goroutine. A Journal may be used by many at once.
package journal
