package task

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// checked reports what is wrong with the values.
func (t *task) checked(problems []spec.Problem) error {
	if t.JSON() {
		if problems == nil {
			problems = []spec.Problem{}
		}
		if err := output.WriteJSON(t.Out, struct {
			OK       bool           `json:"ok"`
			Problems []spec.Problem `json:"problems"`
		}{len(problems) == 0, problems}); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			_, _ = fmt.Fprintf(t.Out, "%s  %s\n", p.Path, output.Clean(p.Msg))
			output.Detail(t.Out, "hint", p.Hint)
		}
		if len(problems) == 0 {
			_, _ = fmt.Fprintln(t.Out, "nothing is wrong")
		}
	}
	if len(problems) > 0 {
		return output.Exit(output.ExitAnswers, nil)
	}
	return nil
}

// preview shows the steps and what each would change.
func (t *task) preview(ctx context.Context, target spec.Path) error {
	steps, err := t.agent.Preview(ctx, t.work)
	if err != nil {
		return err
	}
	if t.JSON() {
		if steps == nil {
			steps = []spec.StepPreview{}
		}
		return output.WriteJSON(t.Out, struct {
			Type      string             `json:"type"`
			Host      spec.Host          `json:"host"`
			Lifecycle string             `json:"lifecycle"`
			From      []string           `json:"from"`
			Steps     []spec.StepPreview `json:"steps"`
			After     []string           `json:"after"`
		}{"plan", target.Host(), t.work.Lifecycle, t.work.From, steps, t.route.After})
	}
	_, _ = fmt.Fprintf(t.Out, "%s is at %s\n", target.Cut(2), strings.Join(t.work.From, " > "))
	for _, s := range steps {
		_, _ = fmt.Fprintf(t.Out, "  %s%s\n", s.Step.Name(), output.Clean(output.Inputs(s.Step.Inputs)))
		printChanges(t.Out, s)
	}
	_, _ = fmt.Fprintf(t.Out, "then it is at %s\n", strings.Join(t.route.After, " > "))
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
