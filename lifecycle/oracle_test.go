package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/armonic/armonic/value"
)

// The cases of testdata/oracle were recorded from the original Armonic. Where we
// differ from it, we do so for a reason that is listed here, and the test recognises
// the difference by that reason alone: no case is named anywhere. The numbers are
// those of the facts that describe the original.
var oracleRules = map[string]string{
	"B1":     "41: an optional variable without value is valid",
	"B4":     "sets keep the index that was given; the original closes gaps",
	"B11":    "19: the pairs of a metastate count once; the original doubles the paths",
	"B12":    "30: the index of a path counts everywhere; the original takes the first path",
	"B15":    "44: a float is a decimal number, and its range is checked on itself",
	"B16":    "48: lists nest to any depth",
	"17":     "a path is simple: it enters no state twice and none that is applied",
	"17fork": "a further path leaves states to a fork, after the forward paths",
	"22":     "a state whose leaving failed stays applied, marked, and can be left again",
	"27":     "a flag that a state does not know does not keep it from being crossed",
	"30":     "everything is validated before the first change",
	"35":     "more sets than nargs allows are an error, not a warning",
	"37":     "fewer sets than nargs wants are an error; the original fills them up",
	"38":     "every wrong variable is reported, the original stops at the first",
	"42":     "a pattern sees the whole value, before the modifier",
	"42arg":  "a value is checked as the text it becomes, however it is given",
	"42text": "a list or a table is no text",
	"42num":  "a whole number is written without a fraction, 3.0 as 3",
	"43":     "int variables hold integers, converted",
	"44":     "float variables hold floats, converted",
	"45":     "true, false, yes and no are booleans in any case",
	"46":     "hosts are RFC 1123 names and real addresses",
	"47":     "URLs are parsed",
	"port":   "nothing listens on port 0",
	"69":     "Armonic fills what it knows of the host",
	"load":   "a default that its own variable refuses is an error when the module is loaded",
}

// tally counts what was run, and the differences by their rule.
type tally struct {
	*testing.T
	cases, checks int
	allowed       map[string]int
}

func newTally(t *testing.T) *tally {
	t.Helper()
	return &tally{T: t, allowed: map[string]int{}}
}

func (c *tally) allow(rule string) {
	if oracleRules[rule] == "" {
		c.Errorf("there is no rule %q", rule)
	}
	c.allowed[rule]++
}

func (c *tally) report(what string) {
	fmt.Printf("oracle: %s: %d cases, %d checks\n", what, c.cases, c.checks)
	for _, rule := range slices.Sorted(maps.Keys(c.allowed)) {
		fmt.Printf("oracle: %5d differences by %s: %s\n", c.allowed[rule], rule, oracleRules[rule])
	}
	if c.cases == 0 || c.checks == 0 {
		c.Errorf("no case of %s was run", what)
	}
}

// eachCase reads the cases of a folder into fresh values of type T.
func eachCase[T any](t *testing.T, pattern string, run func(name string, c T)) {
	t.Helper()
	dir := os.Getenv("ARMONIC_ORACLE")
	if dir == "" {
		dir = "testdata/oracle"
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", dir) // from the module, not from this package
	}
	files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("there are no cases %s in %s", pattern, dir)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var c T
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		if err := dec.Decode(&c); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		run(filepath.Base(f), c)
	}
}

// plain gives a value from a case the types that a value has here: int for what is
// written without fraction and exponent.
func plain(x any) any {
	switch y := x.(type) {
	case json.Number:
		if n, err := y.Int64(); err == nil {
			return int(n)
		}
		f, _ := y.Float64()
		return f
	case []any:
		out := make([]any, len(y))
		for i := range y {
			out[i] = plain(y[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, z := range y {
			out[k] = plain(z)
		}
		return out
	}
	return x
}

// text writes a value so that equal values, and only those, look the same.
func text(x any) string {
	if s, ok := x.(value.Secret); ok {
		x = s.Reveal()
	}
	raw, err := json.Marshal(x)
	if err != nil {
		return fmt.Sprintf("%#v", x)
	}
	return string(raw)
}
