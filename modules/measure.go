package modules

import (
	"go.starlark.net/starlark"
)

// measure walks a value before the interpreter does, which has no bounds: a few
// lists that hold each other many times over have no end, and very deep ones use up
// the stack of the process.
type measure struct {
	parts int  // met so far
	text  int  // bytes of the value's text, at most
	most  int  // parts
	deep  int  // levels
	cut   bool // deeper levels are not looked at, rather than refused
}

// weigh is the cost of visiting a value whole, as steps, and the size of its text.
func weigh(t *starlark.Thread, v starlark.Value, most int) (text int, err error) {
	m := measure{most: most, deep: maxNesting}
	err = m.visit(v, 0)
	if err == nil {
		err = work(t, m.parts-1+m.text/256)
	}
	return m.text, err
}

func (m *measure) visit(v starlark.Value, depth int) error {
	m.parts++
	m.text += 8
	if m.parts > m.most {
		return limitf("size", "a value of more than %d elements, counted on all levels", m.most)
	}
	if depth > m.deep {
		if m.cut {
			return nil
		}
		return limitf("nesting", "a value nested more than %d deep", m.deep)
	}
	switch v := v.(type) {
	case starlark.String:
		m.text += 2 * len(v)
	case starlark.Bytes:
		m.text += 4 * len(v)
	case starlark.Int:
		m.text += 3 * size(v)
	case starlark.Float, starlark.Bool, starlark.NoneType:
		m.text += 24
	case starlark.Tuple:
		for _, x := range v {
			if err := m.visit(x, depth+1); err != nil {
				return err
			}
		}
	case *starlark.List:
		for i := range v.Len() {
			if err := m.visit(v.Index(i), depth+1); err != nil {
				return err
			}
		}
	case *starlark.Dict:
		return m.dict(v, depth)
	case flagsValue:
		return m.dict(v.Dict, depth)
	case *record:
		for name, x := range v.fields {
			m.text += len(name)
			if err := m.visit(x, depth+1); err != nil {
				return err
			}
		}
	case starlark.Iterable:
		for x := range starlark.Elements(v) {
			if err := m.visit(x, depth+1); err != nil {
				return err
			}
		}
	default:
		m.text += 128
	}
	return nil
}

func (m *measure) dict(d *starlark.Dict, depth int) error {
	for k, x := range d.Entries() {
		if err := m.visit(k, depth+1); err != nil {
			return err
		}
		if err := m.visit(x, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// payComparison pays for a comparison, which the interpreter ends at a depth of its own.
func payComparison(t *starlark.Thread, vs ...starlark.Value) error {
	for _, v := range vs {
		if scalar(v) {
			continue
		}
		m := measure{most: maxParts, deep: starlark.CompareLimit + 1, cut: true}
		if err := m.visit(v, 0); err != nil {
			return err
		}
		if err := work(t, m.parts+m.text/256); err != nil {
			return err
		}
	}
	return nil
}

func scalar(v starlark.Value) bool {
	switch v := v.(type) {
	case starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float:
		return true
	case starlark.String:
		return len(v) < 1024
	}
	return false
}

// freezer sees that a value can be frozen: that walk goes down into functions too,
// and meets a tuple as often as it is held.
type freezer struct {
	parts int
	seen  map[any]bool // lists, dicts and functions, which are frozen once
}

func (f *freezer) visit(v starlark.Value, depth int) error {
	if f.parts++; f.parts > maxParts {
		return limitf("size", "the names of a file hold more than %d elements", maxParts)
	}
	if depth > maxNesting {
		return limitf("nesting", "a value nested more than %d deep", maxNesting)
	}
	switch v := v.(type) {
	case starlark.Tuple:
		for _, x := range v {
			if err := f.visit(x, depth+1); err != nil {
				return err
			}
		}
	case *starlark.List, *starlark.Dict:
		if f.seen[v] {
			return nil
		}
		f.seen[v] = true
		return f.inside(v, depth)
	case *starlark.Set:
		for x := range starlark.Elements(v) {
			if err := f.visit(x, depth+1); err != nil {
				return err
			}
		}
	case *starlark.Function:
		if f.seen[v] {
			return nil
		}
		f.seen[v] = true
		return f.function(v, depth)
	case *starlark.Builtin:
		if of := v.Receiver(); of != nil {
			return f.visit(of, depth+1)
		}
	}
	return nil
}

func (f *freezer) inside(v starlark.Value, depth int) error {
	switch v := v.(type) {
	case *starlark.List:
		for i := range v.Len() {
			if err := f.visit(v.Index(i), depth+1); err != nil {
				return err
			}
		}
	case *starlark.Dict:
		for k, x := range v.Entries() {
			if err := f.visit(k, depth+1); err != nil {
				return err
			}
			if err := f.visit(x, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *freezer) function(fn *starlark.Function, depth int) error {
	for i := range fn.NumParams() {
		if x := fn.ParamDefault(i); x != nil {
			if err := f.visit(x, depth+1); err != nil {
				return err
			}
		}
	}
	for i := range fn.NumFreeVars() {
		if _, x := fn.FreeVar(i); x != nil {
			if err := f.visit(x, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
