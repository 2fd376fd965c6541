package output

import (
	"io"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Changes writes what a step would change, below the step.
func Changes(w io.Writer, indent string, s spec.StepPreview) {
	for _, c := range s.Changes {
		Printf(w, "%s%s\n", indent, c.What)
		for line := range strings.Lines(c.Diff) {
			Printf(w, "%s  %s\n", indent, strings.TrimRight(line, "\r\n"))
		}
	}
	if why := s.Doubt(); why != "" {
		Printf(w, "%s? %s\n", indent, why)
	}
	if may := s.ScriptsText(); may != "" {
		Printf(w, "%s? %s\n", indent, may)
	}
	if s.Irreversible {
		Printf(w, "%scannot be undone\n", indent)
	}
	if s.Guarded > 0 {
		Printf(w, "%s! %s\n", indent, s.GuardedText())
	}
}
