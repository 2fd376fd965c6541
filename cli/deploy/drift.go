package deploy

import (
	"context"
	"slices"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// checkDrift says what the deployment relies on and is not as it was left, or, with
// --repair, has those states entered again. Those for which something was called that was
// taken back since are entered again without being told.
func (d *deployment) checkDrift(ctx context.Context) error {
	before := d.session.Again()
	d.session.LearnRequired(ctx)
	again := !slices.Equal(before, d.session.Again())
	for _, f := range d.session.Drift(ctx) {
		hint := ""
		switch entered := f.Path.Provide() == string(spec.Enter); {
		case entered && d.repair:
			d.session.EnterAgain(f.Path.Cut(3))
			again = true
		case entered:
			hint = " (--repair enters it again)"
		}
		output.Printf(d.Err, "note: %s is not as %s left it%s\n", f.Effect.Key, f.Path.Cut(3), hint)
	}
	if !again {
		return nil
	}
	if err := d.answerQuestions(ctx); err != nil {
		return err
	}
	return d.checkComplete()
}
