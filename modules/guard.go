package modules

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A rewritten file reaches the guards by names that begin with this sign; nobody can
// write them.
const guardSign = "·"

// The guards that are not operators.
const (
	guardAdd   = guardSign + "+="    // x += y, which for a list is not x = x + y
	guardPipe  = guardSign + "|="    // x |= y, which changes a dict or a set
	guardAttr  = guardSign + "."     // x.name
	guardKey   = guardSign + "key"   // what is between the brackets of x[…]
	guardMade  = guardSign + "made"  // a value that one step has made
	guardCopy  = guardSign + "copy"  // the same of a slice with a step, which copies texts too
	guardStar  = guardSign + "star"  // the list of f(*list), the dict of f(**dict)
	guardAfter = guardSign + "after" // its second argument, once the first is evaluated
)

// guardedOps are the operators that can make or visit values of any size.
func guardedOps() []syntax.Token {
	return []syntax.Token{
		syntax.PLUS, syntax.MINUS, syntax.STAR, syntax.PERCENT, syntax.LTLT, syntax.PIPE, syntax.AMP, syntax.CIRCUMFLEX,
		syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE, syntax.IN, syntax.NOT_IN,
	}
}

func guardOf(op syntax.Token) string { return guardSign + op.String() }

func isComparison(op syntax.Token) bool {
	switch op {
	case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
		return true
	}
	return false
}

// guards are what rewrite puts in place of Starlark's operators, and the builtins
// that could make or visit a value of any size in one step.
func guards() starlark.StringDict {
	d := starlark.StringDict{}
	add := func(name string, fn func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error)) {
		d[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return fn(t, args)
		})
	}
	for _, op := range guardedOps() {
		add(guardOf(op), func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
			return operate(t, op, args[0], args[1])
		})
	}
	add(guardAdd, addTo)
	add(guardPipe, unite)
	add(guardCopy, func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		return args[0], spend(t, size(args[0]))
	})
	add(guardAttr, func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		return attribute(t, args[0], string(args[1].(starlark.String)))
	})
	add(guardKey, func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		return args[0], hashable(t, args[0])
	})
	add(guardMade, func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		return args[0], made(t, args[0])
	})
	add(guardStar, func(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
		n, err := length(t, args[0])
		if err == nil {
			err = spend(t, mul(n, pairSize))
		}
		return args[0], err
	})
	add(guardAfter, func(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) { return args[1], nil })
	for name, fn := range boundedBuiltins() {
		d[name] = fn
	}
	return d
}

// operate computes x op y if it fits the budget.
func operate(t *starlark.Thread, op syntax.Token, x, y starlark.Value) (starlark.Value, error) {
	switch {
	case isComparison(op):
		if err := payComparison(t, x, y); err != nil {
			return nil, err
		}
		ok, err := starlark.Compare(op, x, y)
		return starlark.Bool(ok), err
	case op == syntax.IN || op == syntax.NOT_IN:
		err := hashable(t, x)
		if _, isDict := y.(starlark.Mapping); !isDict && err == nil {
			err = payComparison(t, x, y)
		}
		if err != nil {
			return nil, err
		}
		return starlark.Binary(op, x, y)
	}
	n, err := resultSize(t, op, x, y)
	if err != nil {
		return nil, err
	}
	if isInt(x) && isInt(y) && n > maxNumber {
		return nil, limitf("number", "a number of more than %d bits", maxNumber*8)
	}
	if err := spend(t, n); err != nil {
		return nil, err
	}
	return starlark.Binary(op, x, y)
}

// addTo is x += y.
func addTo(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	x, y := args[0], args[1]
	l, ok := x.(*starlark.List)
	if _, iterable := y.(starlark.Iterable); !ok || !iterable {
		return operate(t, syntax.PLUS, x, y)
	}
	extend, err := attribute(t, l, "extend")
	if err != nil {
		return nil, err
	}
	_, err = extend.(*starlark.Builtin).CallInternal(t, starlark.Tuple{y}, nil)
	return l, err
}

// unite is x |= y.
func unite(t *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	x, y := args[0], args[1]
	_, dicts := x.(*starlark.Dict)
	_, more := y.(*starlark.Dict)
	_, sets := x.(*starlark.Set)
	_, also := y.(*starlark.Set)
	if !(dicts && more || sets && also) {
		return operate(t, syntax.PIPE, x, y)
	}
	update, err := attribute(t, x, "update")
	if err != nil {
		return nil, err
	}
	_, err = update.(*starlark.Builtin).CallInternal(t, starlark.Tuple{y}, nil)
	return x, err
}

// hashable pays for the hash of a key; one that is no tuple is cheap or refused.
func hashable(t *starlark.Thread, key starlark.Value) error {
	if _, ok := key.(starlark.Tuple); !ok {
		return nil
	}
	_, err := weigh(t, key, maxKeyParts)
	return err
}

// made pays for a value that exists already. It is no larger than what it was made
// of, so that little is lost if there is no budget for it.
func made(t *starlark.Thread, v starlark.Value) error {
	switch v := v.(type) {
	case *starlark.Dict:
		return spend(t, 320+mul(v.Len(), entrySize))
	case *starlark.Function:
		return spend(t, 128)
	case starlark.String:
		return nil // a slice shares the text
	}
	return spend(t, size(v))
}

// length counts the elements of what can be walked.
func length(t *starlark.Thread, v starlark.Value) (int, error) {
	if n := starlark.Len(v); n >= 0 {
		return n, nil
	}
	xs, ok := v.(starlark.Iterable)
	if !ok {
		return 0, nil
	}
	n := 0
	for range starlark.Elements(xs) {
		n++
	}
	return n, work(t, n)
}

func isInt(v starlark.Value) bool {
	_, ok := v.(starlark.Int)
	return ok
}

// withoutGuard takes the guard's name off a message of the interpreter.
func withoutGuard(msg string) string {
	if strings.HasPrefix(msg, guardSign) {
		if _, rest, ok := strings.Cut(msg, ": "); ok {
			return rest
		}
	}
	return msg
}
