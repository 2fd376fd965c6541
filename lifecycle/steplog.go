package lifecycle

import (
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/armonic/armonic/spec"
)

const maxLogLine = 400 // in bytes; longer lines are cut

// stepLog records what a step says and does while it runs. Each record costs a write that
// must reach the disk. So what is only said waits for a while (Deps.Later), for an effect or
// for the end of the step; after a crash these lines are missing.
type stepLog struct {
	engine *Engine
	ended  *atomic.Bool

	mu      sync.Mutex
	lines   []string     // the last MaxLogLines
	waiting []string     // not in the store yet
	called  bool         // what waits will be written
	effects EffectChange // not in the store yet

	lastEffect int // the largest number of one, also of those that are gone: none is given twice
}

// newStepLog makes a call log what it says and does, until the step has ended.
func (e *Engine) newStepLog(c *Call, ended *atomic.Bool) *stepLog {
	l := &stepLog{engine: e, ended: ended}
	if all := e.standing(nil); len(all) > 0 {
		l.lastEffect = all[len(all)-1].N
	}
	show := c.Log
	c.Log = func(level spec.Level, text string) {
		l.line(text)
		show(level, text)
	}
	c.Note = l.note
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
	if later := l.engine.deps.Later; later == nil {
		l.writeLines()
	} else if !l.called {
		l.called = true
		later(l.flush)
	}
}

// flush records the lines that wait.
func (l *stepLog) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.called = false
	if !l.ended.Load() && len(l.waiting) > 0 {
		l.writeLines()
	}
}

// writeLines records the lines that wait, and says so if it cannot.
func (l *stepLog) writeLines() {
	if err := l.write(); err != nil {
		l.engine.deps.Logger.Warn("cannot record lines of the log", "lifecycle", l.engine.def.Name, "error", err)
	}
}

// note adds a line that is recorded when it returns.
func (l *stepLog) note(text string) error {
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
