package modules

import (
	"fmt"
	"math/bits"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// What one run of a file, or one call of a function, may use.
const (
	maxFile     = 256 << 10  // bytes of a file
	defineSteps = 2_000_000  // of the interpreter, per file
	actSteps    = 20_000_000 // of the interpreter, per call
	maxAlloc    = 64 << 20   // bytes made by operators and conversions, per file or call
	maxRange    = 1_000_000  // elements of a range
	maxNumber   = 4 << 10    // bytes of a product: the time it takes grows with its square
	maxDepth    = 64         // nesting of a value that leaves a module
	maxElements = 200_000    // of a value that leaves a module, on all levels together
)

// budget counts the bytes that a thread has made. A step limit does not bound
// memory, because one step can make a value of any size.
type budget struct{ left int }

const budgetKey = "modules.budget"

func newThread(name string, steps uint64) *starlark.Thread {
	t := &starlark.Thread{Name: name}
	t.SetMaxExecutionSteps(steps)
	t.SetLocal(budgetKey, &budget{left: maxAlloc})
	return t
}

func spend(t *starlark.Thread, n int) error {
	b, ok := t.Local(budgetKey).(*budget)
	if !ok {
		return nil
	}
	if n < 0 || n > b.left {
		return fmt.Errorf("memory limit: strings and lists of more than %d MiB in one call", maxAlloc>>20)
	}
	b.left -= n
	return nil
}

const wordSize = 16 // bytes of one element of a list

// bounded computes x op y if the result fits the budget.
func bounded(t *starlark.Thread, op syntax.Token, x, y starlark.Value) (starlark.Value, error) {
	n := resultSize(op, x, y)
	if isInt(x) && isInt(y) && n > maxNumber {
		return nil, fmt.Errorf("memory limit: a number of more than %d KiB", maxNumber>>10)
	}
	if err := spend(t, n); err != nil {
		return nil, err
	}
	return starlark.Binary(op, x, y)
}

// resultSize is an upper bound of the bytes that x op y allocates; it is never less
// than the truth up to maxAlloc.
func resultSize(op syntax.Token, x, y starlark.Value) int {
	if op == syntax.PERCENT {
		if s, ok := x.(starlark.String); ok {
			return len(s) + printedSize(y, maxAlloc)
		}
		return size(x)
	}
	if op == syntax.STAR {
		if n, ok := x.(starlark.Int); ok {
			x, y = y, n
		}
		if n, ok := y.(starlark.Int); ok {
			if isInt(x) {
				return size(x) + size(y)
			}
			times, fits := n.Int64()
			if n.Sign() <= 0 {
				return 0
			}
			if !fits || times > maxAlloc {
				times = maxAlloc + 1
			}
			return mul(size(x), int(times))
		}
	}
	return size(x) + size(y)
}

func isInt(v starlark.Value) bool {
	_, ok := v.(starlark.Int)
	return ok
}

// mul multiplies, or gives more than any budget.
func mul(a, b int) int {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > maxAlloc {
		return maxAlloc + 1
	}
	return int(lo)
}

func size(v starlark.Value) int {
	switch v := v.(type) {
	case starlark.String:
		return len(v)
	case starlark.Bytes:
		return len(v)
	case starlark.Int:
		if _, ok := v.Int64(); ok {
			return 8
		}
		return v.BigInt().BitLen() / 8
	}
	if n := starlark.Len(v); n > 0 {
		return mul(n, wordSize)
	}
	return 0
}

// printedSize is the length of a value's text, or about limit if it is longer: a
// few lists that hold each other many times over have no end.
func printedSize(v starlark.Value, limit int) int {
	n := 16
	add := func(x starlark.Value) bool {
		if n < limit {
			n += printedSize(x, limit-n)
		}
		return n < limit
	}
	switch v := v.(type) {
	case starlark.String:
		return 2 + 2*len(v)
	case starlark.Bytes:
		return 2 + 4*len(v)
	case starlark.Int:
		return 4 + 3*size(v)
	case *record:
		for _, x := range v.fields {
			n += 32
			if !add(x) {
				break
			}
		}
	case *starlark.Dict:
		for _, item := range v.Items() {
			if !add(item[0]) || !add(item[1]) {
				break
			}
		}
	case starlark.Iterable:
		for x := range starlark.Elements(v) {
			if !add(x) {
				break
			}
		}
	}
	return n
}
