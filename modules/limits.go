package modules

import (
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// What one run of a file, or one call of a function, may use.
const (
	maxFile     = 256 << 10        // bytes of a file
	maxFiles    = 2000             // of one set
	defineSteps = 2_000_000        // of the interpreter, per file
	actSteps    = 10_000_000       // of the interpreter, per call
	maxAlloc    = 64 << 20         // bytes made by operators, methods and builtins, per call, or for all files of a set
	defineTime  = 20 * time.Second // of computing, for all files of a set
	actTime     = 30 * time.Second // of computing, per call; waiting for the host does not count
	maxRange    = 1_000_000        // elements of a range
	maxNumber   = 64               // bytes of a whole number
	maxDigits   = 200              // of a text that becomes a number
	maxNesting  = 100              // of a value that is printed, compared or frozen
	maxParts    = 1_000_000        // of such a value, counted on all levels as often as they are met
	maxKeyParts = 10_000           // of a key of a dict or an element of a set
	maxDepth    = 64               // nesting of a value that leaves a module
	maxElements = 200_000          // of a value that leaves a module, on all levels together
	maxMessage  = 4000             // bytes of an error's text
)

// budget counts the bytes that a thread has made. A step limit does not bound
// memory, because one step can make a value of any size.
type budget struct {
	left  int    // bytes
	steps uint64 // that the thread may do
	*stopwatch
}

const budgetKey = "modules.budget"

func newThread(name string, steps uint64, b *budget) *starlark.Thread {
	t := &starlark.Thread{Name: name}
	t.SetMaxExecutionSteps(steps)
	b.steps = steps
	t.SetLocal(budgetKey, b)
	return t
}

func budgetOf(t *starlark.Thread) *budget {
	b, _ := t.Local(budgetKey).(*budget)
	return b
}

// spend pays for n bytes before they are made.
func spend(t *starlark.Thread, n int) error {
	b := budgetOf(t)
	if b == nil {
		return nil
	}
	if n < 0 || n > b.left {
		return limitf("memory", "strings, lists and dicts of more than %d MiB in one call", maxAlloc>>20)
	}
	b.left -= n
	return nil
}

// work pays for n elementary actions of a builtin, which count as steps.
func work(t *starlark.Thread, n int) error {
	b := budgetOf(t)
	if b == nil {
		return nil
	}
	if n < 0 || t.Steps+uint64(n) > b.steps {
		return limitf("step", "the function does not come to an end")
	}
	t.Steps += uint64(n)
	return nil
}

// limitf is the error of a limit that was reached; its text begins with the name.
func limitf(name, format string, args ...any) error {
	return &spec.Error{Kind: spec.Failed, Msg: name + " limit: " + fmt.Sprintf(format, args...), Hint: hintFor(name + " limit")}
}
