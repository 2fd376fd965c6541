package cli

import (
	"io"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// printer shows a deployment in one of the output formats.
type printer interface {
	talks() bool // may questions be asked in between
	plan(s *deploy.Session)
	start(id spec.DeploymentID)
	update(u deploy.Update)
	result(s *deploy.Snapshot)
	failure(err error) error // says that there will be no deployment; returns err
}

func newPrinter(format string, w io.Writer) (printer, error) {
	switch format {
	case "plain":
		return &plainPrinter{out: w}, nil
	case "json":
		return &jsonPrinter{out: w}, nil
	case "quiet":
		return &quietPrinter{out: w}, nil
	}
	return nil, spec.Errorf(spec.Invalid, "there is no output format %q", format).WithHint("-o plain, json or quiet")
}
