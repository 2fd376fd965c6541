package deploy

import (
	"context"
	"errors"
	"io"
)

// answerQuestions brings the session as far as flags, suggestions and the person at the
// prompt can.
func (d *deployment) answerQuestions(ctx context.Context) error {
	for {
		if err := d.session.Settle(ctx); err != nil {
			return err
		}
		if d.autofill && d.session.Accept() > 0 {
			continue
		}
		open := d.session.Result().Open()
		if len(open) == 0 || !d.canAsk() {
			return nil
		}
		err := d.ask(ctx, open[0])
		if errors.Is(err, io.EOF) {
			return nil // complete lists what is missing
		}
		if err != nil {
			return err
		}
	}
}

// canAsk reports whether there is somebody to ask.
func (d *deployment) canAsk() bool { return d.show.Interactive() && !(d.autofill && d.yes) }
