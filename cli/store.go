package cli

import (
	"path/filepath"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
)

// openStore opens what the agent of this host remembers, in a folder that only one
// process uses at a time. The function it returns closes it.
func openStore(dir string) (lifecycle.Store, func(), error) {
	j, err := journal.Open(filepath.Join(dir, journal.File), journal.Options{})
	if err != nil {
		return nil, nil, err
	}
	return j, func() { _ = j.Close() }, nil // every step is on the disk already
}
