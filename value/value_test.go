package value_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/value"
)

func TestASecretCannotPrintItself(t *testing.T) {
	s := value.Secret("hunter2")
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q"} {
		for _, x := range []any{s, []any{s}, map[string]any{"k": s}, struct{ S value.Secret }{s}} {
			if text := fmt.Sprintf(verb, x); strings.Contains(text, "hunter2") {
				t.Errorf("%s: %s", verb, text)
			}
		}
	}
}

func TestEqual(t *testing.T) {
	type host string
	same := [][]any{
		{1, int64(1), uint64(1), 1.0},
		{1.5, float32(1.5)},
		{"a", value.Secret("a"), host("a")},
		{nil, (*int)(nil)},
		{[]any{1, "x"}, []any{1.0, value.Secret("x")}},
		{[]any{"a"}, []string{"a"}, []host{"a"}},
		{map[string]any{"a": 1, "b": 2}, map[string]any{"b": 2, "a": 1}, map[host]int{"a": 1, "b": 2}},
		{value.Deferred{Node: "n", Name: "v"}},
		{"null"}, {"1"}, {true}, {"true"}, {[]any{}}, {map[string]any{}}, {map[string]any{"a": nil}},
		{"returned by n as v"}, {"\xff"}, {"�"}, {[]any{"a,b"}}, {[]any{"a", "b"}}, {`["a"]`}, {1e300},
		{1 << 62, float64(1 << 62)}, {uint64(1 << 63), float64(1 << 63)}, {int64(math.MinInt64), -float64(1 << 63)}, {math.MaxInt64}, {uint64(math.MaxUint64)}, {float64(1 << 64)},
		{0, 0.0, math.Copysign(0, -1)}, {math.Inf(1)}, {uint8(7), 7.0, uint(7)},
	}
	for i, class := range same {
		for j, other := range same {
			for _, x := range class {
				for _, y := range other {
					if got := value.Equal(x, y); got != (i == j) {
						t.Errorf("%T %v and %T %v are the same: %v", x, x, y, y, got)
					}
					if (value.Digest(x) == value.Digest(y)) != (i == j) {
						t.Errorf("digests of %T %v and %T %v", x, x, y, y)
					}
				}
			}
		}
	}
}

func TestCloneSharesNothing(t *testing.T) {
	x := map[string]any{"list": []any{map[string]any{"k": 1}}, "secret": value.Secret("s")}
	y := value.Clone(x).(map[string]any)
	y["list"].([]any)[0].(map[string]any)["k"] = 2
	y["new"] = true
	if want := map[string]any{"list": []any{map[string]any{"k": 1}}, "secret": value.Secret("s")}; !cmp.Equal(x, want) {
		t.Errorf("a change of the copy changed %v", x)
	}
	if value.CloneTable(nil) != nil {
		t.Error("a copy of nothing is something")
	}
}

func TestWalkAndMap(t *testing.T) {
	type inner struct{ Values map[string][]map[string]any }
	x := struct {
		In   *inner
		None *inner
		own  any
	}{In: &inner{map[string][]map[string]any{"conf": {{"port": 80, "list": []any{"a", value.Secret("b")}}}}}, own: "unseen"}
	n := map[string]int{}
	value.Walk(x, func(leaf any) { n[fmt.Sprintf("%T", leaf)]++ })
	if want := map[string]int{"int": 1, "string": 1, "value.Secret": 1}; !cmp.Equal(n, want) {
		t.Errorf("walked %v of %v", n, x)
	}
	double := func(leaf any) (any, error) {
		if i, ok := leaf.(int); ok {
			return 2 * i, nil
		}
		return nil, errors.New("no number")
	}
	if got, err := value.Map([]any{1, map[string]any{"k": 2}}, double); err != nil || !value.Equal(got, []any{2, map[string]any{"k": 4}}) {
		t.Errorf("%v, error %v", got, err)
	}
	if _, err := value.Map([]any{1, map[string]any{"k": "x"}}, double); err == nil {
		t.Error("the error is lost")
	}
	if !value.IsDeferred([]any{1, value.Deferred{Node: "n"}}) || value.IsDeferred([]any{1, "x"}) {
		t.Error("a value that holds one that is not known")
	}
}

type keys struct{ fail error }

func (k keys) Seal(s value.Secret) (string, error) {
	return "sealed:" + strings.ToUpper(s.Reveal()), k.fail
}
func (k keys) Open(text string) (value.Secret, error) {
	return value.Secret(strings.ToLower(strings.TrimPrefix(text, "sealed:"))), k.fail
}
func (k keys) Digest(value.Secret) (string, error) { return "digest:1", k.fail }

func TestPolicies(t *testing.T) {
	x := []any{1, "text", value.Secret("hush"), 1.0, value.Deferred{Node: "n", Name: "v"}, map[string]any{"$k": nil}}
	for _, c := range []struct {
		name   string
		policy value.Policy
		want   string // how the secret is written
		back   any    // and read
	}{
		{"nothing said", value.Policy{}, `{"$hidden":true}`, value.Secret("")},
		{"hide", value.Hide(), `{"$hidden":true}`, value.Secret("")},
		{"hand over", value.HandOver(), `{"$secret":"hush"}`, value.Secret("hush")},
		{"seal", value.Seal(keys{}), `{"$sealed":"sealed:HUSH"}`, value.Secret("hush")},
		{"digest", value.DigestSecrets(keys{}), `{"$digest":"digest:1"}`, "digest:1"},
	} {
		text, err := value.Encode(x, c.policy)
		if err != nil {
			t.Fatal(err)
		}
		if want := `[1,"text",` + c.want + `,{"$float":"1"},{"$deferred":["n","v"]},{"$pairs":[["$k",null]]}]`; string(text) != want {
			t.Errorf("%s: %s", c.name, text)
		}
		var back any
		want := append([]any{}, x...)
		want[2] = c.back
		if err := value.Decode(text, &back, c.policy); err != nil || !cmp.Equal(back, any(want)) {
			t.Errorf("%s: %v came back, error %v", c.name, back, err)
		}
	}
	var x2 any
	if err := value.Decode([]byte(`{"$secret":"hush"}`), &x2, value.Hide()); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("a secret in clear, where none may be: %v", err)
	}
	if err := value.Decode([]byte(`{"$sealed":"hush"}`), &x2, value.HandOver()); err == nil {
		t.Error("a sealed secret, without a key")
	}
	fails := errors.New("no key")
	if _, err := value.Encode(x, value.Seal(keys{fails})); !errors.Is(err, fails) {
		t.Errorf("error is %v", err)
	}
	if err := value.Decode([]byte(`{"$sealed":"hush"}`), &x2, value.Seal(keys{fails})); !errors.Is(err, fails) {
		t.Errorf("error is %v", err)
	}
}

func TestWhatIsEncodedIsNotEncodedAgain(t *testing.T) {
	in := map[string]any{"port": 8080, "password": value.Secret("correct horse"), "list": []any{2.5, "é"}}
	one, err := value.Encode(in, value.HandOver())
	if err != nil {
		t.Fatal(err)
	}
	type pair struct {
		All  []value.Encoded `json:"all"`
		None value.Encoded   `json:"none"`
	}
	out, err := value.Encode(pair{All: []value.Encoded{one, one}}, value.Hide()) // it was written for who may know
	want := `{"all":[` + string(one) + `,` + string(one) + `]}`
	if err != nil || string(out) != want {
		t.Errorf("it is %s, error %v", out, err)
	}
}
