package interp_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/value"
)

func TestValuesComeBackAsTheyWentIn(t *testing.T) {
	want := map[string]any{"none": nil, "on": true, "n": 7, "ratio": 2.0, "text": "x", "secret": value.Secret("hush"), "list": []any{1, []any{}}, "table": map[string]any{"k": "v"}}
	v, err := interp.FromGo(want)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(v.String(), "hush") {
		t.Errorf("a module sees %s", v)
	}
	got, err := interp.ToGo(v)
	if diff := cmp.Diff(any(want), got); err != nil || diff != "" {
		t.Errorf("error %v, -want +got:\n%s", err, diff)
	}
}

func TestValuesThatCannotBeKept(t *testing.T) {
	deep, many := starlark.Value(starlark.None), make([]starlark.Value, interp.MaxElements)
	for range interp.MaxDepth {
		deep = starlark.NewList([]starlark.Value{deep})
	}
	for i := range many {
		many[i] = starlark.None
	}
	for want, v := range map[string]starlark.Value{
		"nested more than 64 deep":  deep,
		"more than 200000 elements": starlark.NewList(many),
		"is too large":              starlark.MakeInt64(1 << 62).Mul(starlark.MakeInt(4)),
		"not a number that can":     starlark.Float(math.NaN()),
		"the keys of a dict must": func() *starlark.Dict {
			d := new(starlark.Dict)
			_ = d.SetKey(starlark.MakeInt(1), starlark.None)
			return d
		}(),
		"is not a value that can be":  starlark.NewSet(0),
		"is not a value that can be ": starlark.Bytes("x"),
	} {
		if x, err := interp.ToGo(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, error %v", want, x, err)
		}
	}
	if _, err := interp.FromGo([]any{value.Deferred{Node: "./db", Name: "port"}}); err == nil {
		t.Error("a module was given a value that is not known yet")
	}
}

func TestAThreadEndsAtItsLimits(t *testing.T) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for want, thread := range map[string]*starlark.Thread{
		"step limit":   interp.NewThread(t.Context(), "t", 1000, interp.NewClock(time.Minute)),
		"time limit":   interp.NewThread(t.Context(), "t", 1<<40, interp.NewClock(0)),
		interp.Stopped: interp.NewThread(stopped, "t", 1<<40, interp.NewClock(time.Minute)),
	} {
		_, err := starlark.ExecFileOptions(&syntax.FileOptions{}, thread, "a.star", "def f():\n    for i in range(1 << 30):\n        pass\nf()\n", nil)
		if e := interp.Error(err); err == nil || !strings.Contains(e.Msg, want) || !strings.HasPrefix(e.At, "a.star:") {
			t.Errorf("%s: at %s, error %v", want, e.At, err)
		}
	}
}

func TestAMonitorNamesWhatIsStuck(t *testing.T) {
	var m interp.Monitor
	c := interp.NewClock(0)
	c.About("a.star")
	end := m.Begin(c)
	if what, stuck := m.Stuck(0); !stuck || what != "a.star" {
		t.Errorf("%q is stuck: %v", what, stuck)
	}
	if _, stuck := m.Stuck(time.Hour); stuck {
		t.Error("it is stuck within its grace")
	}
	end()
	if _, stuck := m.Stuck(0); stuck {
		t.Error("what has ended is stuck")
	}
}
