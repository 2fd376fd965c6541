//go:build !linux

package inprocess

import "runtime/debug"

// GiveBack returns memory to the system that is not in use.
func GiveBack() { debug.FreeOSMemory() }
