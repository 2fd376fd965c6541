package spec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/armonic/armonic/spec"
)

func TestError(t *testing.T) {
	for want, e := range map[string]*spec.Error{
		"apt is locked":                              {Msg: "apt is locked"},
		"cannot enter Installed: apt is locked":      {Op: "enter Installed", Msg: "apt is locked"},
		"a.star:3:4: cannot enter On: apt is locked": {Op: "enter On", At: "a.star:3:4", Msg: "apt is locked"},
	} {
		if e.Error() != want {
			t.Errorf("printed is %q, want %q", e, want)
		}
	}
	cause := &spec.Error{Kind: spec.Timeout, Msg: "slow", Hint: "wait", Err: fs.ErrNotExist}
	wrapped := fmt.Errorf("more: %w", cause)
	if spec.KindOf(wrapped) != spec.Timeout || spec.HintOf(wrapped) != "wait" || spec.AsError(wrapped) != cause || !errors.Is(wrapped, fs.ErrNotExist) {
		t.Errorf("of %v the kind is %q, the hint %q", wrapped, spec.KindOf(wrapped), spec.HintOf(wrapped))
	}
	plain := spec.AsError(fs.ErrNotExist)
	if plain.Kind != spec.Internal || plain.Msg != fs.ErrNotExist.Error() || !errors.Is(plain, fs.ErrNotExist) {
		t.Errorf("a plain error becomes %+v", plain)
	}
	if spec.AsError(nil) != nil || spec.KindOf(nil) != spec.Internal || spec.HintOf(nil) != "" {
		t.Error("no error is one")
	}
	if e := spec.Errorf(spec.Invalid, "%d", 1).WithHint("%s", "h"); e.Msg != "1" || e.Hint != "h" {
		t.Errorf("error is %+v", e)
	}
}

func TestEveryKindCrossesTheWire(t *testing.T) {
	for _, k := range spec.Kinds() {
		raw, err := json.Marshal(&spec.Error{Kind: k, Op: "o", At: "a", Msg: "m", Hint: "h", Err: fs.ErrExist})
		if err != nil {
			t.Fatal(err)
		}
		var got spec.Error
		if err := json.Unmarshal(raw, &got); err != nil || got != (spec.Error{Kind: k, Op: "o", At: "a", Msg: "m", Hint: "h"}) {
			t.Errorf("%s came back as %+v, error %v", raw, got, err)
		}
	}
}

func TestFaultClone(t *testing.T) {
	f := &spec.Fault{Did: []string{"x"}, Earlier: &spec.Fault{Step: spec.Step{State: "A", Inputs: spec.Inputs{"r": {{"v": []any{1}}}}}}}
	g := f.Clone()
	g.Did[0] = "y"
	g.Earlier.Step.Inputs["r"][0]["v"].([]any)[0] = 2
	if f.Did[0] != "x" || f.Earlier.Step.Inputs["r"][0]["v"].([]any)[0] != 1 {
		t.Errorf("a change of the copy changed %+v", f)
	}
	if (*spec.Fault)(nil).Clone() != nil {
		t.Error("a copy of nothing is something")
	}
}
