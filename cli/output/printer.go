package output

import (
	"io"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// Printer shows a deployment in one of the output formats.
type Printer interface {
	Interactive() bool // may questions be asked in between
	Plan(s *deploy.Session)
	Start(id spec.DeploymentID)
	Update(u deploy.Update)
	Result(s *deploy.Snapshot)
	Failure(err error) error // says that there will be no deployment; returns err
}

// NewPrinter gives the printer of a format.
func NewPrinter(f Format, w io.Writer) Printer {
	switch f.name {
	case "json":
		return &jsonPrinter{out: w}
	case "quiet":
		return &quietPrinter{out: w}
	}
	return &Plain{out: w}
}
