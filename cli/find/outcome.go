package find

import (
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// Outcome is what became of a host, for commands that do something to each of several.
type Outcome struct {
	Host  spec.Host `json:"host"`
	Error string    `json:"error,omitempty"`

	Err error `json:"-"`
}

// Failed notes an error, nil for none.
func (o *Outcome) Failed(err error) {
	if o.Err = err; err != nil {
		o.Error = err.Error()
	}
}

// Show says what went wrong.
func (o *Outcome) Show(to io.Writer) {
	for line := range strings.SplitSeq(o.Error, "\n") {
		output.Printf(to, "%s: %s\n", o.Host, line)
	}
	if hint := spec.HintOf(o.Err); hint != "" {
		output.Printf(to, "  hint: %s\n", hint)
	}
}

// Exit is how such a command ends; done is what was to be done to hosts: "upgraded".
func Exit(all []Outcome, done string) error {
	var failed, away int
	for _, r := range all {
		switch {
		case r.Err == nil:
		case spec.KindOf(r.Err) == spec.Unavailable:
			away++
		default:
			failed++
		}
	}
	switch {
	case failed > 0:
		return output.Exit(output.ExitFailed, fmt.Errorf("%d of %s not %s", failed+away, spec.Count(len(all), "host was", "hosts were"), done))
	case away > 0:
		return output.Exit(output.ExitUnreachable, fmt.Errorf("%d of %s not reached", away, spec.Count(len(all), "host was", "hosts were")))
	}
	return nil
}
