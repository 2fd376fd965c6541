//go:build !linux

package hosttest

import (
	"errors"
	"os"
)

// Elsewhere there are no hosts: Up does not get as far as these.

func (Snapshot) tree(string, string, []Exclusion) error { return errors.ErrUnsupported }

func onOverlay(string) bool { return false }

func locked(*os.File) bool { return false }
