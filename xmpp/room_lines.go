package xmpp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/form"
)

// What waits to be said in a room, and what is said at once.
const (
	mostWaiting      = 5000
	mostWaitingBytes = 2 << 20
	messageBytes     = 16 << 10
	lineBytes        = 4 << 10
)

// said is a line for people, and the event that it is about.
type said struct {
	text  string
	event spec.Event
}

func (l said) bytes() int { return 2*len(l.text) + 200 }

// backlog are lines that wait to be said. If there are too many, the oldest go.
type backlog struct {
	lines   []said
	bytes   int
	dropped int
}

func (b *backlog) add(l said) {
	b.lines = append(b.lines, l)
	b.bytes += l.bytes()
	for len(b.lines) > mostWaiting || b.bytes > mostWaitingBytes && len(b.lines) > 1 {
		b.bytes -= b.lines[0].bytes()
		b.lines[0] = said{}
		b.lines = b.lines[1:]
		b.dropped++
	}
}

// take gives the lines of the next message, and how many are missing before them.
func (b *backlog) take() (lines []said, dropped int) {
	n, size := 0, 0
	for n < len(b.lines) && (n == 0 || size+b.lines[n].bytes() <= messageBytes) {
		size += b.lines[n].bytes()
		n++
	}
	lines, dropped = slices.Clone(b.lines[:n]), b.dropped
	clear(b.lines[:n])
	b.lines = b.lines[n:]
	b.bytes -= size
	b.dropped = 0
	return lines, dropped
}

// writer makes lines of the events of a run.
type writer struct {
	host    string
	run     spec.Run
	secrets []string
	failed  bool // a step has, and has said why
}

// line is what is said of an event; ok is false if nothing is.
func (w *writer) line(ev spec.Event) (l said, ok bool) {
	ev.Returns = nil // which may hold what only those who deploy need
	ev.Text = form.Short(w.hide(ev.Text), lineBytes)
	ev.Err = w.shown(ev.Err)
	text := w.text(ev)
	if text == "" {
		return said{}, false
	}
	text = strings.ReplaceAll(strings.TrimRight(form.Text(text), "\n"), "\n", "\n  ")
	return said{w.host + " " + w.run.Lifecycle + ": " + text, ev}, true
}

// shown is an error as people may see it.
func (w *writer) shown(err *spec.Error) *spec.Error {
	if err == nil {
		return nil
	}
	e := *err
	e.Err = nil
	e.Msg, e.Hint, e.At = form.Short(w.hide(e.Msg), lineBytes), form.Short(w.hide(e.Hint), lineBytes), w.hide(e.At)
	return &e
}

func (w *writer) text(ev spec.Event) string {
	step := "a step"
	if ev.Step >= 0 && ev.Step < len(w.run.Steps) {
		step = w.run.Steps[ev.Step].Name()
	}
	why := ""
	if ev.Err != nil {
		why = ": " + ev.Err.Msg
		if ev.Err.Hint != "" {
			why += " (" + ev.Err.Hint + ")"
		}
	}
	switch ev.Kind {
	case spec.EventStarted:
		return fmt.Sprintf("run %s begins, for %s", w.run.ID, w.run.By)
	case spec.EventStepStarted:
		return step
	case spec.EventLog:
		if ev.Level == spec.LevelWarn || ev.Level == spec.LevelError {
			return "| " + string(ev.Level) + ": " + ev.Text
		}
		return "| " + ev.Text
	case spec.EventStepDone:
		return step + ": done"
	case spec.EventStepFailed:
		w.failed = true
		return step + ": failed" + why
	case spec.EventRunDone:
		switch {
		case ev.Err == nil:
			return fmt.Sprintf("run %s is done", w.run.ID)
		case w.failed:
			why = ""
		}
		return fmt.Sprintf("run %s has failed%s", w.run.ID, why)
	case spec.EventQueued, spec.EventProgress:
	}
	return ""
}

// hide takes the secrets that the run was given out of a text. Modules do so already;
// what is said in a room cannot be taken back.
func (w *writer) hide(s string) string {
	for _, secret := range w.secrets {
		s = strings.ReplaceAll(s, secret, spec.Secret("").String())
	}
	return s
}

// leastSecret is how long a secret must be to be looked for: shorter ones are parts of
// everything.
const leastSecret = 4

// secretsOf are the secrets that a run is given, the longest first.
func secretsOf(run spec.Run) []string {
	var out []string
	var find func(x any)
	find = func(x any) {
		switch y := x.(type) {
		case spec.Secret:
			for line := range strings.SplitSeq(y.Reveal(), "\n") { // logs are lines
				if len(line) >= leastSecret && !slices.Contains(out, line) {
					out = append(out, line)
				}
			}
		case []any:
			for _, z := range y {
				find(z)
			}
		case map[string]any:
			for _, z := range y {
				find(z)
			}
		}
	}
	for _, step := range run.Steps {
		for _, sets := range step.Inputs {
			for _, set := range sets {
				find(map[string]any(set))
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}
