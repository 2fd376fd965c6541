package testbench

import (
	"context"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/interp"
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

// Run runs the functions named test_* of the files *_test.star of the last
// source; the sources before it are those that it may load files from too. Each
// function has a bench of its own. Only those whose names contain pick are run. The
// set is returned for Explain; the error joins what is wrong with the files, and then
// no test is run.
func Run(ctx context.Context, c modules.Config, pick string, open func() (Bench, error), sources ...modules.Source) ([]Outcome, *modules.Set, error) {
	tests, set, err := c.LoadTests(builtins(), sources...)
	if err != nil {
		return nil, set, err
	}
	var out []Outcome
	for _, fn := range tests {
		if !strings.Contains(fn.Name(), pick) {
			continue
		}
		if ctx.Err() != nil {
			return out, set, ctx.Err()
		}
		done := func() {}
		if c.Marker != nil {
			if done, err = c.Marker.Begin(fn.Position().Filename(), ""); err != nil {
				return out, set, err
			}
		}
		out = append(out, runTest(ctx, c.Monitor, fn, open))
		done()
	}
	return out, set, nil
}

func runTest(ctx context.Context, m *interp.Monitor, fn *starlark.Function, open func() (Bench, error)) (out Outcome) {
	begun := time.Now()
	out = Outcome{File: fn.Position().Filename(), Name: fn.Name()}
	defer func() { out.Took = time.Since(begun) }()
	bench, err := open()
	if err != nil {
		out.Err = spec.AsError(err)
		return out
	}
	defer bench.Close()
	clock := interp.NewClock(interp.ActTime)
	clock.About(fn.Position().String())
	end := m.Begin(clock)
	defer end()
	t := interp.NewThread(ctx, fn.Name(), interp.ActSteps, clock)
	t.SetLocal(testKey, &test{ctx, bench})
	t.Print = func(_ *starlark.Thread, msg string) { out.Said = append(out.Said, msg) }
	if _, err = starlark.Call(t, fn, nil, nil); err != nil {
		out.Err = interp.Error(err)
		out.Err.Kind = spec.Failed
	}
	return out
}
