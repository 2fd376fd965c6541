package muc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/wire"
)

// lineBytes is how long a line may be.
const lineBytes = 4 << 10

// line is a line for people, and the event that it is about.
type line struct {
	text  string
	host  string
	event spec.Event
	of    *told // nil for what we say ourselves
}

func (l line) size() int { return 2*len(l.text) + 200 }

// writer makes lines of the events of a run.
type writer struct {
	host    string
	run     spec.Run
	secrets value.Redactor // that the run was given, or has returned
	failed  bool           // a step has, and has said why
}

func newWriter(run spec.Run, host string) *writer {
	w := &writer{host: host, run: run}
	w.secrets.Learn(run.Steps)
	return w
}

// learn takes from an event what those that follow must not say, or say again.
func (w *writer) learn(ev spec.Event) {
	w.secrets.Learn(ev.Returns)
	w.failed = w.failed || ev.Kind == spec.EventStepFailed
}

// line is what is said of an event; ok is false if nothing is.
func (w *writer) line(ev spec.Event) (l line, ok bool) {
	w.learn(ev)
	ev.Returns = nil // which may hold what only those who deploy need
	ev.Text = wire.Redact(&w.secrets, ev.Text, lineBytes)
	ev.Err = wire.RedactError(&w.secrets, ev.Err, lineBytes)
	what := w.text(ev)
	if what == "" {
		return line{}, false
	}
	what = strings.ReplaceAll(strings.TrimRight(wire.Clean(what), "\n"), "\n", "\n  ")
	return line{text: w.host + " " + w.run.Lifecycle + ": " + what, host: w.host, event: ev}, true
}

// text is what people are told of an event, "" if nothing.
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
	case spec.EventGuarded:
		return "| " + ev.Text
	case spec.EventLog:
		if ev.Level == spec.LevelWarn || ev.Level == spec.LevelError {
			return "| " + string(ev.Level) + ": " + ev.Text
		}
		return "| " + ev.Text
	case spec.EventStepDone:
		return step + ": done"
	case spec.EventStepFailed:
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

// What waits to be said in a room, and what is said at once.
const (
	mostWaiting      = 5000
	mostWaitingBytes = 2 << 20
	messageBytes     = 16 << 10
)

// backlog are lines that wait to be said. If there are too many, the oldest go.
type backlog struct {
	lines   []line
	bytes   int
	dropped int
}

func (b *backlog) add(l line) {
	b.lines = append(b.lines, l)
	b.bytes += l.size()
	for len(b.lines) > mostWaiting || b.bytes > mostWaitingBytes && len(b.lines) > 1 {
		b.bytes -= b.lines[0].size()
		b.lines[0].over()
		b.lines[0] = line{}
		b.lines = b.lines[1:]
		b.dropped++
	}
}

// remove takes out lines.
func (b *backlog) remove(these func(line) bool) {
	b.lines = slices.DeleteFunc(b.lines, func(l line) bool {
		if these(l) {
			b.bytes -= l.size()
			return true
		}
		return false
	})
}

// take gives the lines of the next message, and how many are missing before them.
func (b *backlog) take() (lines []line, dropped int) {
	n, size := 0, 0
	for n < len(b.lines) && (n == 0 || size+b.lines[n].size() <= messageBytes) {
		size += b.lines[n].size()
		n++
	}
	lines, dropped = slices.Clone(b.lines[:n]), b.dropped
	clear(b.lines[:n])
	b.lines = b.lines[n:]
	b.bytes -= size
	b.dropped = 0
	return lines, dropped
}
