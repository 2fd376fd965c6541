package modules

import (
	"context"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// Outcome is how one test function of a module ended.
type Outcome struct {
	File string        `json:"file"`
	Name string        `json:"name"`
	Took time.Duration `json:"took"`
	Err  *spec.Error   `json:"error,omitempty"` // nil if it passed
	Said []string      `json:"said,omitempty"`  // what it printed
}

// RunTests runs the functions named test_* of the files *_test.star of the last
// source; the sources before it are those that it may load files from too. Each
// function has a bench of its own. Only those whose names contain pick are run. The
// set is returned for Explain; the error joins what is wrong with the files, and then
// no test is run.
func RunTests(ctx context.Context, pick string, open func() (Bench, error), sources ...Source) ([]Outcome, *Set, error) {
	l := newLoader(Config{}, sources)
	for name, fn := range testBuiltins() {
		l.builtins[name] = fn
	}
	last := len(sources) - 1
	names, err := sources[last].tests()
	if err != nil {
		return nil, l.set, err
	}
	var tests []*starlark.Function
	for _, name := range names {
		f := l.load(last, name)
		if f.failed {
			continue
		}
		tests = append(tests, f.tests(pick)...)
	}
	if err := l.err(); err != nil {
		return nil, l.set, err
	}
	var out []Outcome
	for _, fn := range tests {
		if ctx.Err() != nil {
			return out, l.set, ctx.Err()
		}
		out = append(out, runTest(ctx, fn, open))
	}
	return out, l.set, nil
}

// tests are the test functions of a file, in the order in which they stand there.
func (f *file) tests(pick string) []*starlark.Function {
	var out []*starlark.Function
	for _, name := range f.globals.Keys() {
		if fn, ok := f.globals[name].(*starlark.Function); ok && strings.HasPrefix(name, "test_") && strings.Contains(name, pick) {
			out = append(out, fn)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Position().Line < out[j].Position().Line })
	return out
}

func runTest(ctx context.Context, fn *starlark.Function, open func() (Bench, error)) (out Outcome) {
	begun := time.Now()
	out = Outcome{File: fn.Position().Filename(), Name: fn.Name()}
	defer func() { out.Took = time.Since(begun) }()
	bench, err := open()
	if err != nil {
		out.Err = spec.AsError(err)
		return out
	}
	defer bench.Close()
	t := newThread(ctx, fn.Name(), actSteps, newClock(actTime))
	t.SetLocal(trialKey, &trialRun{ctx, bench})
	t.Print = func(_ *starlark.Thread, msg string) { out.Said = append(out.Said, msg) }
	if _, err = starlark.Call(t, fn, nil, nil); err != nil {
		out.Err = evalError(err)
		out.Err.Kind = spec.Failed
	}
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
	var out []string
	err := fs.WalkDir(s.FS, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(p, "_test.star") && !strings.HasPrefix(d.Name(), "."):
			out = append(out, p)
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}
