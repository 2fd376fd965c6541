package inprocess

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/spec"
)

// OpenJournal opens what the agent of this host remembers, in a folder that only
// one process uses at a time. Lifecycles whose records are damaged are named: they
// cannot be used, the others can.
func OpenJournal(dir string, warn io.Writer) (*journal.Journal, error) {
	j, err := journal.Open(filepath.Join(dir, journal.File), journal.Options{})
	if err != nil {
		return nil, err
	}
	for _, err := range j.Damaged() {
		_, _ = fmt.Fprintf(warn, "warning: %v\n", err)
		if hint := spec.HintOf(err); hint != "" {
			_, _ = fmt.Fprintf(warn, "  hint: %s\n", hint)
		}
	}
	return j, nil
}
