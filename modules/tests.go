package modules

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// LoadTests loads the files *_test.star of the last source, which have more names than
// other files, and gives their functions named test_*. The sources before it are those
// that it may load files from too. The error joins what is wrong with the files.
func (c Config) LoadTests(more starlark.StringDict, sources ...Source) ([]*starlark.Function, *Set, error) {
	l := newLoader(c, sources)
	maps.Copy(l.builtins, more)
	last := len(sources) - 1
	names, err := sources[last].tests()
	if err != nil {
		return nil, l.set, err
	}
	var out []*starlark.Function
	for _, name := range names {
		if f := l.load(last, name); !f.failed {
			out = append(out, f.tests()...)
		}
	}
	return out, l.set, l.err()
}

// tests are the test functions of a file, in the order in which they stand there.
func (f *file) tests() []*starlark.Function {
	var out []*starlark.Function
	for _, name := range f.globals.Keys() {
		if fn, ok := f.globals[name].(*starlark.Function); ok && strings.HasPrefix(name, "test_") {
			out = append(out, fn)
		}
	}
	slices.SortStableFunc(out, func(a, b *starlark.Function) int { return cmp.Compare(a.Position().Line, b.Position().Line) })
	return out
}

// tests lists the files of tests. Of a single module it is the one of the same name.
func (s Source) tests() ([]string, error) {
	if s.Only != "" {
		name := strings.TrimSuffix(s.Only, ".star") + "_test.star"
		if s.has(name) {
			return []string{name}, nil
		}
		return nil, nil
	}
	return s.walk(func(p string) bool {
		return strings.HasSuffix(p, "_test.star") && !strings.HasPrefix(path.Base(p), ".") && !isBeside(p)
	})
}
