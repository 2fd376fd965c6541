//go:build !linux

package inprocess

import "runtime/debug"

// limitMemory has garbage collected before the process needs more bytes. Systems other
// than Linux have no limit that suits the runtime of Go.
func limitMemory(bytes uint64) error {
	debug.SetMemoryLimit(int64(bytes))
	return nil
}
