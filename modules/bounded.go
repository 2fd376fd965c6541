package modules

import (
	"math/bits"

	"go.starlark.net/starlark"
)

// boundedBuiltins are builtins of Starlark that pay for what they do before they do
// it.
func boundedBuiltins() starlark.StringDict {
	d := starlark.StringDict{}
	add := func(name string, pay func(t *starlark.Thread, args starlark.Tuple) error) {
		real := starlark.Universe[name].(*starlark.Builtin)
		d[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			if err := pay(t, args); err != nil {
				return nil, err
			}
			return real.CallInternal(t, args, kwargs)
		})
	}
	for _, name := range []string{"list", "tuple", "reversed", "bytes", "any", "all"} {
		add(name, each(elements1(wordSize)))
	}
	for _, name := range []string{"enumerate", "zip"} {
		add(name, each(elements1(pairSize)))
	}
	add("set", each(keyed(false)))
	add("dict", each(keyed(true)))
	for _, name := range []string{"str", "repr", "print", "fail"} {
		add(name, each(printed))
	}
	add("hash", each(func(t *starlark.Thread, v starlark.Value) error { return work(t, size(v)/256) }))
	add("int", each(digits))
	add("float", each(digits))
	for _, name := range []string{"sorted", "min", "max"} {
		d[name] = ordering(name)
	}
	d["range"] = starlark.NewBuiltin("range", boundedRange)
	d["getattr"] = starlark.NewBuiltin("getattr", boundedGetattr)
	return d
}

func each(pay func(*starlark.Thread, starlark.Value) error) func(*starlark.Thread, starlark.Tuple) error {
	return func(t *starlark.Thread, args starlark.Tuple) error {
		for _, x := range args {
			if err := pay(t, x); err != nil {
				return err
			}
		}
		return nil
	}
}

// elements1 pays for a new element of so many bytes for each of a value.
func elements1(bytes int) func(*starlark.Thread, starlark.Value) error {
	return func(t *starlark.Thread, v starlark.Value) error {
		n, err := length(t, v)
		if err == nil {
			err = work(t, n/8)
		}
		if err == nil {
			err = spend(t, mul(n, bytes))
		}
		return err
	}
}

// keyed pays for a value whose elements become keys; of pairs it is the first.
func keyed(pairs bool) func(*starlark.Thread, starlark.Value) error {
	return func(t *starlark.Thread, v starlark.Value) error {
		xs, ok := v.(starlark.Iterable)
		if !ok {
			return nil
		}
		_, isDict := v.(starlark.IterableMapping)
		n := 0
		for x := range starlark.Elements(xs) {
			n++
			if pair, ok := x.(starlark.Indexable); ok && pairs && !isDict && pair.Len() > 0 {
				x = pair.Index(0)
			}
			if err := hashable(t, x); err != nil {
				return err
			}
		}
		if err := work(t, n); err != nil {
			return err
		}
		return spend(t, mul(n, entrySize))
	}
}

// printed pays for a value's text.
func printed(t *starlark.Thread, v starlark.Value) error {
	if s, ok := v.(starlark.String); ok {
		return spend(t, len(s))
	}
	text, err := weigh(t, v, maxParts)
	if err == nil {
		err = spend(t, text)
	}
	return err
}

func digits(_ *starlark.Thread, v starlark.Value) error {
	if s, ok := v.(starlark.String); ok && len(s) > maxDigits {
		return limitf("number", "a number of more than %d digits", maxDigits)
	}
	return nil
}

// ordering is sorted, min or max, which compare elements, or what the key function
// makes of them.
func ordering(name string) *starlark.Builtin {
	real := starlark.Universe[name].(*starlark.Builtin)
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		most := len(args)
		for _, x := range args {
			n, err := length(t, x)
			if err != nil {
				return nil, err
			}
			most = max(most, n)
		}
		if err := spend(t, mul(most, 2*wordSize)); err != nil {
			return nil, err
		}
		rounds := 2 * bits.Len(uint(most))
		pay := func(v starlark.Value) error {
			m := measure{most: maxParts, deep: starlark.CompareLimit + 1, cut: true}
			if err := m.visit(v, 0); err != nil {
				return err
			}
			return work(t, mul(m.parts+m.text/256, rounds))
		}
		keyed := false
		for i, kv := range kwargs {
			fn, ok := kv[1].(starlark.Callable)
			if !ok || kv[0] != starlark.String("key") {
				continue
			}
			keyed = true
			kwargs[i] = starlark.Tuple{kv[0], starlark.NewBuiltin("key", func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				v, err := starlark.Call(t, fn, args, kwargs)
				if err == nil {
					err = pay(v)
				}
				return v, err
			})}
		}
		if name == "sorted" && len(args) > 1 {
			return nil, limitf("argument", "write sorted(xs, key = …, reverse = …)")
		}
		for _, x := range args {
			if keyed {
				break
			}
			if err := pay(x); err != nil {
				return nil, err
			}
		}
		return real.CallInternal(t, args, kwargs)
	})
}

func boundedRange(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := starlark.Universe["range"].(*starlark.Builtin).CallInternal(t, args, kwargs)
	if err == nil && starlark.Len(v) > maxRange {
		return nil, limitf("size", "range of %d elements, at most %d are allowed", starlark.Len(v), maxRange)
	}
	return v, err
}

func boundedGetattr(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := starlark.Universe["getattr"].(*starlark.Builtin).CallInternal(t, args, kwargs)
	if err != nil || len(args) < 2 {
		return v, err
	}
	return method(args[0], v), nil
}
