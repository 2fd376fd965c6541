package modules

import (
	"context"
	"time"

	"go.starlark.net/starlark"
)

// What one run of a file, or one call of a function, may use.
const (
	maxFile     = 256 << 10        // bytes of a file
	maxFiles    = 2000             // of one set
	defineSteps = 2_000_000        // of the interpreter, per file
	actSteps    = 10_000_000       // of the interpreter, per call
	defineTime  = 20 * time.Second // of computing, for all files of a set
	actTime     = 30 * time.Second // of computing, per call; waiting for the host does not count
	maxDepth    = 64               // nesting of a value that leaves a module
	maxElements = 200_000          // of a value that leaves a module, on all levels together
	maxMessage  = 4000             // bytes of an error's text
)

// checkEvery is after how many steps a computation is asked whether it may go on.
const checkEvery = 256

// The reasons for which a computation is ended.
const (
	isStopped    = "the step was stopped"
	tooManySteps = "step limit: the function does not come to an end"
	timeIsUp     = "time limit: the function computes too long"
)

const clockKey = "modules.clock"

// newThread makes a thread that ends after so many steps, when the time of the clock
// is up, or when the context ends.
func newThread(ctx context.Context, name string, steps uint64, c *clock) *starlark.Thread {
	t := &starlark.Thread{Name: name}
	t.SetLocal(clockKey, c)
	t.SetMaxExecutionSteps(checkEvery)
	t.OnMaxSteps = func(t *starlark.Thread) {
		switch {
		case t.Steps >= steps:
			t.Cancel(tooManySteps)
		case ctx.Err() != nil:
			t.Cancel(isStopped)
		case c.up():
			t.Cancel(timeIsUp)
		default:
			t.SetMaxExecutionSteps(t.Steps + checkEvery)
		}
	}
	return t
}

// waiting runs fn while the thread's clock stands still.
func waiting(t *starlark.Thread, fn func()) {
	c, ok := t.Local(clockKey).(*clock)
	if !ok {
		fn()
		return
	}
	c.pause()
	defer c.resume()
	fn()
}
