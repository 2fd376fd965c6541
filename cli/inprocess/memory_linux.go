package inprocess

import (
	"runtime/debug"
	"syscall"
)

// limitMemory has the process die when it needs more bytes. What it only reserves does not
// count, which the runtime of Go does generously.
func limitMemory(bytes uint64) error {
	debug.SetMemoryLimit(int64(bytes / 10 * 9)) // collect garbage before it comes to that
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: bytes, Max: bytes})
}
