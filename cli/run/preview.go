package run

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// preview shows the steps and what each would change.
func (r *hostRun) preview(ctx context.Context) error {
	steps, err := r.agent.Preview(ctx, r.work)
	if err != nil {
		return err
	}
	if r.JSON() {
		if steps == nil {
			steps = []spec.StepPreview{}
		}
		return output.WriteJSON(r.out, struct {
			Type      string             `json:"type"`
			Host      spec.Host          `json:"host"`
			Lifecycle string             `json:"lifecycle"`
			From      []string           `json:"from"`
			Steps     []spec.StepPreview `json:"steps"`
			After     []string           `json:"after"`
		}{"plan", r.target.Host(), r.work.Lifecycle, r.work.From, steps, r.route.After})
	}
	_, _ = fmt.Fprintf(r.out, "%s is at %s\n", r.target.Cut(2), strings.Join(r.work.From, " > "))
	for _, s := range steps {
		_, _ = fmt.Fprintf(r.out, "  %s%s\n", s.Step.Name(), output.Clean(output.Inputs(s.Step.Inputs)))
		printChanges(r.out, s)
	}
	_, _ = fmt.Fprintf(r.out, "then it is at %s\n", strings.Join(r.route.After, " > "))
	return nil
}

func printChanges(w io.Writer, s spec.StepPreview) {
	for _, c := range s.Changes {
		_, _ = fmt.Fprintf(w, "    changes %s\n", output.Clean(c.What))
	}
	if s.Unpredictable {
		_, _ = fmt.Fprintln(w, "    does things that cannot be foreseen")
	}
	if s.Irreversible {
		_, _ = fmt.Fprintln(w, "    cannot be undone")
	}
}
