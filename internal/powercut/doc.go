// Package powercut gives tests a disk on which a power cut loses what was not synced: a file
// system of its own that writes to the file below it only when it is told to. A copy of that
// file, mounted, is what is found after the power failed.
//
// It is ext4 without its guesses what should be synced. What this file system syncs besides,
// as it has one journal for all, others may not.
//
// The package starts no goroutine. Only tests import it; they need root.
package powercut
