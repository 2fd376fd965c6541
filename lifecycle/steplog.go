package lifecycle

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/armonic/armonic/spec"
)

// Each line of a step's log costs a write that must reach the disk. A step may make
// so many writes at once, and one more whenever the refill time has passed. Lines that
// come faster wait for the next write, for an effect, or for the end of the step.
const (
	burst      = 16
	refill     = 100 * time.Millisecond
	maxLogLine = 400 // in bytes; longer lines are cut
)

// stepLog records what a step says and does while it runs.
type stepLog struct {
	engine *Engine
	ended  *atomic.Bool

	mu      sync.Mutex
	lines   []string  // the last MaxLogLines
	waiting []string  // not in the store yet
	budget  float64   // how many writes may be made now
	at      time.Time // when the budget was last refilled
}

// newStepLog makes a call log what it says and does, until the step has ended.
func (e *Engine) newStepLog(c *Call, ended *atomic.Bool) *stepLog {
	l := &stepLog{engine: e, ended: ended, budget: burst, at: e.deps.Clock()}
	show := c.Log
	c.Log = func(level spec.Level, text string) {
		l.line(text)
		show(level, text)
	}
	c.Effect = l.effect
	return l
}

// line adds a line that the step says. An error of the store does not stop the step:
// the end of the step will be recorded or refused.
func (l *stepLog) line(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended.Load() {
		return
	}
	l.add(text)
	now := l.engine.deps.Clock()
	l.budget = min(burst, l.budget+float64(now.Sub(l.at))/float64(refill))
	l.at = now
	if l.budget < 1 {
		return
	}
	l.budget--
	if err := l.write(); err != nil {
		l.engine.deps.Logger.Warn("cannot record a line of the log", "lifecycle", l.engine.def.Name, "error", err)
	}
}

// effect adds what the step is about to do, and must not do before it is recorded.
func (l *stepLog) effect(text string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended.Load() {
		return spec.Errorf(spec.Conflict, "the step has ended")
	}
	l.add(text)
	if err := l.write(); err != nil {
		return &spec.Error{Kind: spec.KindOf(err), Msg: "it cannot be recorded: " + err.Error(), Hint: spec.HintOf(err), Err: err}
	}
	return nil
}

func (l *stepLog) add(text string) {
	if len(text) > maxLogLine {
		cut := maxLogLine
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	l.lines = last(append(l.lines, text), MaxLogLines)
	l.waiting = last(append(l.waiting, text), MaxLogLines)
}

func (l *stepLog) write() error {
	if err := l.engine.deps.Store.AppendLog(l.engine.def.Name, l.waiting...); err != nil {
		return err
	}
	l.waiting = nil
	return nil
}

// all gives the lines that are kept.
func (l *stepLog) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// interrupted says what is known of a step whose end nobody saw.
func interrupted(did []string) string {
	const msg = "it was interrupted: the agent stopped while it ran"
	if len(did) == 0 {
		return msg + ", before it had said or done anything"
	}
	return msg + "; the last that is known of it: " + did[len(did)-1]
}
