package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
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
	Simulated bool        `json:"simulated,omitempty"` // the lifecycle or the host only pretends
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
	at, mark := spec.MakePath(res.Host, res.Lifecycle), simulated(res.Simulated)
	switch {
	case res.Run == "" && r.takesBack:
		output.Printf(r.out, "%s: there is nothing to take back%s\n", r.target, mark)
	case res.Run == "":
		output.Printf(r.out, "%s is at %s already%s\n", at, res.State, mark)
	case res.OK:
		output.Printf(r.out, "%s is at %s%s\n", at, strings.Join(res.Stack, " > "), mark)
	default:
		output.Printf(r.out, "NOT DONE, %s is at %s%s\n", at, strings.Join(res.Stack, " > "), mark)
	}
	if m, ok := res.Returns.(map[string]any); ok && res.OK {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			output.Printf(r.out, "returned %s = %s\n", k, output.Value(m[k]))
		}
	}
	return exitCode(res)
}

// simulated is what is said after what a lifecycle does that only pretends.
func simulated(is bool) string {
	if is {
		return " (" + output.Simulated + ")"
	}
	return ""
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
	case spec.Internal, spec.NotFound, spec.Ambiguous, spec.Conflict, spec.Unavailable, spec.Denied, spec.Failed, spec.Timeout, spec.Protocol:
	}
	return output.Exit(output.ExitFailed, nil)
}

// printProblems reports what is wrong with the values.
func (c *command) printProblems(problems []spec.Problem) error {
	if c.JSON() {
		if problems == nil {
			problems = []spec.Problem{}
		}
		if err := output.WriteJSON(c.Out, struct {
			OK       bool           `json:"ok"`
			Problems []spec.Problem `json:"problems"`
		}{len(problems) == 0, problems}); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			output.Printf(c.Out, "%s  %s\n", p.Path, p.Msg)
			output.Detail(c.Out, "hint", p.Hint)
		}
		if len(problems) == 0 {
			output.Printf(c.Out, "nothing is wrong\n")
		}
	}
	if len(problems) > 0 {
		return output.Exit(output.ExitAnswers, nil)
	}
	return nil
}

// preview shows the steps and what each would change.
func (r *hostRun) preview(ctx context.Context) error {
	steps, err := r.agent.Preview(ctx, r.work)
	if err != nil {
		return err
	}
	for i := range steps {
		steps[i].Module = "" // for those who pin a run to it
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
			Lost      []undoneCall       `json:"lost_calls,omitempty"`
			Simulated bool               `json:"simulated,omitempty"`
		}{"plan", r.target.Host(), r.work.Lifecycle, r.work.From, steps, r.route.After, r.undone, r.route.Simulated})
	}
	output.Printf(r.out, "%s is at %s%s\n", r.target.Cut(2), strings.Join(r.work.From, " > "), simulated(r.route.Simulated))
	for _, s := range steps {
		output.Printf(r.out, "  %s%s\n", s.Step.Name(), output.Inputs(s.Step.Inputs))
		output.Changes(r.out, "    ", s)
	}
	output.Printf(r.out, "then it is at %s\n", strings.Join(r.route.After, " > "))
	if len(r.undone) > 0 {
		r.printUndoneCalls(r.out, r.undone)
	}
	return nil
}

// join makes one error of those of several hosts. Its code is that of the first.
func join(targets []spec.Path, errs []error) error {
	var texts []string
	var first error
	for i, err := range errs {
		if err == nil {
			continue
		}
		if first == nil {
			first = err
		}
		if !errors.Is(err, output.ErrPrinted) {
			texts = append(texts, fmt.Sprintf("%s: %s", targets[i].Host(), value.OneLine(err.Error())))
		}
	}
	if len(texts) == 0 || len(errs) == 1 {
		return first
	}
	return output.Exit(output.ExitCode(first), spec.Errorf(spec.KindOf(first), "%s", strings.Join(texts, "\n")).WithHint("%s", spec.HintOf(first)))
}

// lineWriter writes whole lines, so that those of several writers do not mix.
type lineWriter struct {
	out io.Writer
	mu  *sync.Mutex // of out
	buf bytes.Buffer
}

// Write writes the lines that are complete, and keeps the rest for the next call.
func (l *lineWriter) Write(p []byte) (int, error) {
	l.buf.Write(p)
	end := bytes.LastIndexByte(l.buf.Bytes(), '\n') + 1
	if end == 0 {
		return len(p), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.out.Write(l.buf.Next(end))
	return len(p), err
}
