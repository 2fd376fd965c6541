package modules

import (
	"math/bits"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// What values take, in bytes, a little more rather than less.
const (
	wordSize  = 16 // an element of a list
	pairSize  = 88 // a tuple of two in a list
	entrySize = 96 // an entry of a dict or a set
)

// resultSize is an upper bound of the bytes that x op y allocates; it is never less
// than the truth up to maxAlloc.
func resultSize(t *starlark.Thread, op syntax.Token, x, y starlark.Value) (int, error) {
	switch op {
	case syntax.PERCENT:
		if s, ok := x.(starlark.String); ok {
			text, err := weigh(t, y, maxParts)
			return len(s) + text, err
		}
		return size(x), nil
	case syntax.LTLT:
		if n, ok := y.(starlark.Int); ok {
			by, _ := n.Int64()
			return size(x) + mul(int(max(by, 0)), 1)/8, nil
		}
	case syntax.STAR:
		if n, ok := x.(starlark.Int); ok {
			x, y = y, n
		}
		if n, ok := y.(starlark.Int); ok {
			if isInt(x) {
				return size(x) + size(y), nil
			}
			times, fits := n.Int64()
			if n.Sign() <= 0 {
				return 0, nil
			}
			if !fits || times > maxAlloc {
				times = maxAlloc + 1
			}
			return mul(size(x), int(times)), nil
		}
	}
	return size(x) + size(y), nil
}

// mul multiplies, or gives more than any budget.
func mul(a, b int) int {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > maxAlloc {
		return maxAlloc + 1
	}
	return int(lo)
}

// size is what a value takes without what its elements hold.
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
		return v.BigInt().BitLen()/8 + 1
	case *starlark.Dict, *starlark.Set, flagsValue:
		return mul(starlark.Len(v), entrySize)
	}
	if n := starlark.Len(v); n > 0 {
		return mul(n, wordSize)
	}
	return 0
}
