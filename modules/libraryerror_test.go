package modules_test

import (
	"testing"
	"testing/fstest"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// An error in a library, while a step runs, names the line of the module that called it too.
func TestAnErrorInALibraryNamesItsCaller(t *testing.T) {
	set, err := modules.Config{}.Load(modules.Source{Name: "own", FS: fstest.MapFS{
		"lib/x.star": {Data: []byte("def setup(ctx):\n    ctx.log(\"a\" + 1)\n")},
		"m.star": {Data: []byte("load(\"//lib/x.star\", \"setup\")\ndef _go(ctx):\n    setup(ctx)\n" +
			"lifecycle(\"M\", states = [state(\"Off\", enter = _go)])\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	e := spec.AsError(set.Lifecycles[0].States[0].Enter(t.Context(), &lifecycle.Call{}))
	if e == nil || e.At != "own/lib/x.star:2:17" || e.Hint != "write str(n), or a format: \"port %d\" % n; called at own/m.star:3:10" {
		t.Errorf("at %q, hint %q: %v", e.At, e.Hint, e)
	}
}

// A lifecycle that only pretends says so to the engine.
func TestALifecycleCanOnlyPretend(t *testing.T) {
	set, err := modules.Config{}.Load(modules.Source{Name: "own", FS: fstest.MapFS{
		"a.star": {Data: []byte("lifecycle(\"A\", simulated = True, states = [state(\"Off\")])\nlifecycle(\"B\", states = [state(\"Off\")])\n")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range set.Lifecycles {
		if l.Simulated != (l.Name == "A") {
			t.Errorf("%s pretends: %v", l.Name, l.Simulated)
		}
	}
}
