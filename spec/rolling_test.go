package spec_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
)

func TestRolling(t *testing.T) {
	for _, c := range []struct{ text, want, sizes string }{
		{"2", "2", "[2 2 1]"},
		{"serial=3", "3", "[3 2]"},
		{"25%,canary=1", "25%,canary=1", "[1 2 2]"},
		{"100%,max-fail=0,check=", "100%", "[5]"},
		{"canary=9,pause=90s", "100%,canary=9,pause=1m30s", "[5]"},
		{"1,max-fail=2,check=//Monitor//probe", "1,max-fail=2,check=//Monitor//probe", "[1 1 1 1 1]"},
		{"serial=", "100%", "[5]"},
	} {
		r, err := spec.ParseRolling(c.text)
		if err != nil || r.String() != c.want || fmt.Sprint(r.Sizes(5)) != c.sizes {
			t.Errorf("%q is %s of %v, %v", c.text, r, r.Sizes(5), err)
		}
		if again, err := spec.ParseRolling(r.String()); err != nil || again.String() != r.String() {
			t.Errorf("%s reads as %s, %v", r, again, err)
		}
	}
	if p := (spec.Rolling{Check: "status"}).Checks("/web1/WebSite/Active/start"); p != "//WebSite//status" {
		t.Errorf("it is checked by %s", p)
	}
}

func TestRollingThatMakesNoSense(t *testing.T) {
	for text, want := range map[string]string{
		"0":              `"0" does not say how many at a time`,
		"101%":           `"101%" does not say how many at a time`,
		"few":            `"few" does not say how many at a time`,
		"2,canary":       `"canary" does not say how many`,
		"2,canary=-1":    "canary is less than nothing",
		"2,max-fail=x":   `"max-fail=x" does not say how many`,
		"2,pause=5":      `"pause=5" does not say`,
		"2,pause=-5s":    "pause is less than nothing",
		"2,check=a b":    `"a b" names no provide`,
		"2,often=always": `there is no "often=always"`,
	} {
		if _, err := spec.ParseRolling(text); spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if n := (spec.Rolling{Serial: "1", Pause: time.Second}).Sizes(0); n != nil {
		t.Errorf("batches of nothing: %v", n)
	}
}
