package interp

import (
	"context"
	"time"

	"go.starlark.net/starlark"
)

// What one run of a file, or one call of a function, may use. A module may be wrong, but
// it is no enemy: it may run any command as root. So there is no account of the memory
// that it uses; the agent's unit has a limit of it.
const (
	MaxFile     = 256 << 10        // bytes of a file
	MaxFiles    = 2000             // of one set
	LoadSteps   = 2_000_000        // of the interpreter, per file
	ActSteps    = 10_000_000       // of the interpreter, per call
	LoadTime    = 20 * time.Second // of computing, for each file; for all of a set, LoadShares times that
	LoadShares  = 3
	ActTime     = 30 * time.Second // of computing, per call; waiting for the host does not count
	MaxDepth    = 64               // nesting of a value that leaves a module
	MaxElements = 200_000          // of a value that leaves a module, on all levels together
	maxMessage  = 4000             // bytes of an error's text
)

// A computation is asked whether it may go on after some steps: after fewer if they were
// slow, because one step can do much.
const (
	mostSteps = 64
	slowSteps = 10 * time.Millisecond
)

// The reasons for which a computation is ended.
const (
	Stopped      = "the step was stopped"
	tooManySteps = "step limit: the function does not come to an end"
	timeIsUp     = "time limit: the function computes too long"
)

const clockKey = "modules.clock"

// NewThread makes a thread that ends after so many steps, when the time of the clock
// is up, or when the context ends.
func NewThread(ctx context.Context, name string, steps uint64, c *Clock) *starlark.Thread {
	t := &starlark.Thread{Name: name}
	t.SetLocal(clockKey, c)
	every, last := uint64(1), time.Now()
	t.SetMaxExecutionSteps(every)
	t.OnMaxSteps = func(t *starlark.Thread) {
		now := time.Now()
		if every = min(2*every, mostSteps); now.Sub(last) > slowSteps {
			every = 1
		}
		last = now
		switch {
		case t.Steps >= steps:
			t.Cancel(tooManySteps)
		case ctx.Err() != nil:
			t.Cancel(Stopped)
		case c.over(0):
			t.Cancel(timeIsUp)
		default:
			t.SetMaxExecutionSteps(t.Steps + every)
		}
	}
	return t
}

// Waiting runs fn while the thread's clock stands still.
func Waiting(t *starlark.Thread, fn func()) {
	c, ok := t.Local(clockKey).(*Clock)
	if !ok {
		fn()
		return
	}
	c.pause()
	defer c.resume()
	fn()
}
