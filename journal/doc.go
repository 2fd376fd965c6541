// Package journal keeps on disk what engines did, so that an agent that is killed
// at any moment finds the truth when it starts again.
//
// A Journal is a lifecycle.Store: the stack with the values it was entered with, the
// step that has begun with its log, the last fault, the history of calls. It also
// remembers the runs that were executed. Each write is one transaction of one file, on
// the disk when it returns.
//
// # The file
//
// It is a bbolt database with one bucket, "journal"; each value is a checksum
// (CRC-32C of key and text, 4 bytes, big endian) and a text in the form of package
// value:
//
//	format              the name and number of this format
//	index               the lifecycles there are, and the numbers of the runs
//	lifecycle/NAME      stack, step in progress, fault, numbers of the calls
//	call/NAME/NUMBER    one call, numbered without gaps
//	effect/NAME/NUMBER  something that a step changed on the host, and that stands
//	run/NUMBER          one run with its events, numbered without gaps
//	forgotten/NUMBER    fingerprints of the runs before those
//
// Of each lifecycle the last lifecycle.MaxCalls calls are kept, of runs the last
// spec.MaxRuns, with their events the last spec.MaxRunsWithEvents, and of those before a
// fingerprint. Secrets that are needed again, also those of calls that states required, are sealed; in the history they are digests, which tell whether two are
// the same; from texts they are taken out.
//
// A file of an older format is brought to the present one when it is opened: see
// migrations.
//
// # What it refuses
//
// Open reads the whole file before it uses any of it. A page, a value or a number
// that is not as it was written makes the file, or the one lifecycle that it
// belongs to, damaged: that is said with the path, and nothing is repaired, left
// out or begun anew in silence. A file that another process has open, that this
// user may not use or that has another format is named as such.
//
// The pages are checked by code of our own (pages.go): bbolt's Check follows damaged
// pages in a goroutine of its own, where one flipped bit faults and ends the process.
//
// The package starts no goroutine. A Journal may be used by many at once.
package journal
