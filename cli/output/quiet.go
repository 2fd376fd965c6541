package output

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// quietPrinter writes what the root returned, "name=value" a line, and what failed.
type quietPrinter struct {
	out io.Writer
}

func (p *quietPrinter) Interactive() bool { return false }

func (p *quietPrinter) Plan(*deploy.Session) {}

func (p *quietPrinter) Start(spec.DeploymentID) {}

func (p *quietPrinter) Update(deploy.Update) {}

func (p *quietPrinter) Failure(err error) error { return err }

func (p *quietPrinter) Result(s *deploy.Snapshot) {
	for _, t := range s.Tasks {
		if t.Err != nil {
			_, _ = fmt.Fprintf(p.out, "%s %s: %s\n", t.Status, t.Host, Clean(t.Err.Error()))
		}
	}
	if m, ok := s.Result.(map[string]any); ok {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			_, _ = fmt.Fprintf(p.out, "%s=%s\n", k, Clean(Value(m[k])))
		}
	}
}
