package actions_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// source is a folder of modules.
func source(files map[string]string) modules.Source {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return modules.Source{Name: "test", FS: fsys}
}

// one loads a module that must be right and gives its only lifecycle.
func one(t testing.TB, src string) *lifecycle.Lifecycle {
	t.Helper()
	set, err := modules.Config{}.Load(source(map[string]string{"a.star": src}))
	for _, e := range modules.Errors(err) {
		t.Fatal(set.Explain(e))
	}
	return set.Lifecycles[0]
}

// action loads a lifecycle whose state On has the requires, and whose provide
// p runs the body.
func action(t testing.TB, requires, body string) func(context.Context, *lifecycle.Call) (any, error) {
	t.Helper()
	l := one(t, "def _p(ctx):\n    "+strings.ReplaceAll(body, "\n", "\n    ")+`
def _p_target(ctx): return {"url": "http://x"}
lifecycle("L", states = [
    state("Off", requires = [require("conf", var("port", port), var("key", str, secret = True, required = False))]),
    state("On", provides = [provide("p", _p, requires = [`+requires+`]), provide("target", _p_target, returns = [var("url", url)])]),
])`)
	return l.States[1].Provides[0].Do
}

// log collects what a call says.
type log struct {
	lines   []string
	effects effects
}

func (l *log) call(in spec.Inputs) *lifecycle.Call {
	return &lifecycle.Call{
		Me:     spec.Info{Host: "web1", Address: "10.0.0.1", OS: spec.OS{Name: "debian", Release: "12"}},
		Inputs: in,
		Entered: func(state string) (spec.Inputs, bool) {
			return spec.Inputs{"conf": {{"port": 8080, "key": value.Secret("hunter22")}}}, state == "Off"
		},
		Log:      func(level spec.Level, text string) { l.lines = append(l.lines, string(level)+": "+text) },
		Progress: func(done, total int) { l.lines = append(l.lines, fmt.Sprintf("%d/%d", done, total)) },
		Effects:  &l.effects,
	}
}

// effects notes what is begun, and refuses it if there is an error.
type effects struct {
	begun []string
	err   error
}

func (e *effects) Begin(all []spec.Effect, lines ...string) error {
	for _, x := range all {
		if len(lines) == 0 {
			e.begun = append(e.begun, x.Key)
		}
	}
	e.begun = append(e.begun, lines...)
	return e.err
}

func (e *effects) Done(...spec.Effect) error { return nil }
func (e *effects) Gone(...spec.Effect) error { return nil }

func (e *effects) Owed() []string       { return nil }
func (e *effects) Settled(string) error { return nil }

func (e *effects) Found(spec.Effect) error { return nil }

func (e *effects) Undoing(...spec.Effect) error { return nil }
func (e *effects) Standing() []spec.Effect      { return nil }
func (e *effects) Passing() []spec.Effect       { return nil }
func (e *effects) Handed([]spec.Effect, ...spec.Effect) error {
	return nil
}
func (e *effects) Left(spec.Effect, spec.Object) error { return nil }
