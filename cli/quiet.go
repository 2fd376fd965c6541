package cli

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

func (p *quietPrinter) talks() bool             { return false }
func (p *quietPrinter) plan(*deploy.Session)    {}
func (p *quietPrinter) start(spec.DeploymentID) {}
func (p *quietPrinter) update(deploy.Update)    {}
func (p *quietPrinter) failure(err error) error { return err }

func (p *quietPrinter) result(s *deploy.Snapshot) {
	for _, t := range s.Tasks {
		if t.Err != nil {
			_, _ = fmt.Fprintf(p.out, "%s %s: %s\n", t.Status, t.Host, clean(t.Err.Error()))
		}
	}
	if m, ok := s.Result.(map[string]any); ok {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			_, _ = fmt.Fprintf(p.out, "%s=%s\n", k, clean(show(m[k])))
		}
	}
}
