package run

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// result is how a run ended.
type result struct {
	Type      string      `json:"type"`
	OK        bool        `json:"ok"`
	Run       spec.RunID  `json:"run,omitempty"` // none if there was nothing to do
	Host      spec.Host   `json:"host"`
	Lifecycle string      `json:"lifecycle"`
	State     string      `json:"state"`
	Stack     []string    `json:"stack"`
	Returns   any         `json:"returns"` // of a provide that was called, else null
	Error     *spec.Error `json:"error,omitempty"`
	Seconds   float64     `json:"seconds"`
}

// printResult shows how a run ended and gives the exit code.
func (r *hostRun) printResult(res result) error {
	res.State = output.Top(res.Stack)
	if r.JSON() {
		if err := output.WriteJSON(r.out, res); err != nil {
			return err
		}
		return exitCode(res)
	}
	at := spec.MakePath(res.Host, res.Lifecycle)
	switch {
	case res.Run == "":
		_, _ = fmt.Fprintf(r.out, "%s is at %s already\n", at, res.State)
	case res.OK:
		_, _ = fmt.Fprintf(r.out, "%s is at %s\n", at, strings.Join(res.Stack, " > "))
	default:
		_, _ = fmt.Fprintf(r.out, "NOT DONE, %s is at %s\n", at, strings.Join(res.Stack, " > "))
	}
	if m, ok := res.Returns.(map[string]any); ok && res.OK {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			_, _ = fmt.Fprintf(r.out, "returned %s = %s\n", k, output.Clean(output.Value(m[k])))
		}
	}
	return exitCode(res)
}

// exitCode is the exit code of a run that has ended.
func exitCode(res result) error {
	if res.OK {
		return nil
	}
	switch spec.KindOf(res.Error) {
	case spec.Canceled:
		return output.Exit(output.ExitInterrupted, nil)
	case spec.Invalid:
		return output.Exit(output.ExitAnswers, nil)
	case spec.Internal, spec.NotFound, spec.Ambiguous, spec.Conflict, spec.Unavailable, spec.Denied, spec.Failed, spec.Timeout:
	}
	return output.Exit(output.ExitFailed, nil)
}
