package format

import (
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// Task gives the sign of a task's or step's status, its style and its word.
func Task(l widget.Look, s rollout.TaskStatus) (string, widget.Style, string) {
	switch s {
	case rollout.Running:
		return l.Run, l.Busy, "run"
	case rollout.Done:
		return l.OK, l.Good, "ok"
	case rollout.FailedTask:
		return l.Fail, l.Bad, "FAIL"
	case rollout.Held:
		return l.Held, l.Warn, "held"
	case rollout.Stopped:
		return l.Held, l.Warn, "stopped"
	case rollout.LostTask:
		return l.Checking, l.Unsure, "LOST"
	case rollout.SkippedTask:
		return l.Held, l.Dim, "skipped"
	case rollout.Waiting, rollout.Dropped:
	}
	return l.Wait, l.Dim, "wait"
}

// Link gives the sign of a host's link, its style and its word.
func Link(l widget.Look, s spec.Link) (string, widget.Style, string) {
	switch s {
	case spec.LinkOn:
		return l.OK, l.Good, "on"
	case spec.LinkLost:
		return l.Checking, l.Unsure, "LOST"
	case spec.LinkOff:
	}
	return l.Off, l.Bad, "OFF"
}

// Level gives the letter of a log level and the style of its lines.
func Level(l widget.Look, v spec.Level) (string, widget.Style) {
	switch v {
	case spec.LevelWarn:
		return "w", l.Warn
	case spec.LevelError:
		return "E", l.Bad
	case spec.LevelInfo:
	}
	return "i", ""
}

// Err writes an error on one line, and its hint.
func Err(err error) (text, hint string) {
	if err == nil {
		return "", ""
	}
	return err.Error(), spec.HintOf(err)
}

// Fault takes an error apart: what happened, where, and what can be done.
func Fault(e *spec.Error) (text, at, hint string) {
	if e == nil {
		return "it failed", "", ""
	}
	bare := *e
	bare.At = ""
	return bare.Error(), e.At, e.Hint
}
