package lifecycle

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/armonic/armonic/spec"
)

// Lines of a step's log are notes too, and each costs a write that must reach the
// disk: a step may write so many at once, and one more each time the interval has
// passed. What comes faster waits for the next write, an effect or the end.
const (
	notesAtOnce   = 16
	notesInterval = 100 * time.Millisecond
	noteLength    = 400 // in bytes; longer lines are cut
)

// notes records what a step says and does while it runs.
type notes struct {
	engine *Engine
	ended  *atomic.Bool

	mu      sync.Mutex
	did     []string // all, the last MaxNotes
	waiting []string // not in the store yet
	budget  float64  // writes that may be made now
	at      time.Time
}

// takeNotes connects the call with notes of what it does, until the step has ended.
func (e *Engine) takeNotes(c *Call, ended *atomic.Bool) *notes {
	n := &notes{engine: e, ended: ended, budget: notesAtOnce, at: e.clock()}
	show := c.Log
	c.Log = func(level spec.Level, text string) {
		n.line(text)
		show(level, text)
	}
	c.Effect = n.effect
	return n
}

// line notes a line of the log. That it cannot be recorded stops nobody: the end of
// the step will be told.
func (n *notes) line(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ended.Load() {
		return
	}
	n.add(text)
	now := n.engine.clock()
	n.budget = min(notesAtOnce, n.budget+float64(now.Sub(n.at))/float64(notesInterval))
	n.at = now
	if n.budget < 1 {
		return
	}
	n.budget--
	if err := n.write(); err != nil {
		n.engine.log.Warn("cannot record a line of the log", "lifecycle", n.engine.def.Name, "error", err)
	}
}

// effect notes what must be known if the step is interrupted.
func (n *notes) effect(text string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ended.Load() {
		return spec.Errorf(spec.Conflict, "the step has ended")
	}
	n.add(text)
	if err := n.write(); err != nil {
		return &spec.Error{Kind: spec.KindOf(err), Msg: "it cannot be recorded: " + err.Error(), Hint: spec.HintOf(err), Err: err}
	}
	return nil
}

func (n *notes) add(text string) {
	if len(text) > noteLength {
		cut := noteLength
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	n.did = last(append(n.did, text), MaxNotes)
	n.waiting = last(append(n.waiting, text), MaxNotes)
}

func (n *notes) write() error {
	if err := n.engine.store.Note(n.engine.def.Name, n.waiting...); err != nil {
		return err
	}
	n.waiting = nil
	return nil
}

// all is everything that was noted.
func (n *notes) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.did)
}

// interrupted says what is known of a step whose end nobody saw.
func interrupted(did []string) string {
	const msg = "it was interrupted: the agent stopped while it ran"
	if len(did) == 0 {
		return msg + ", before it had said or done anything"
	}
	return msg + "; the last that is known of it: " + did[len(did)-1]
}
