package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/wire"
)

// everything is one of each type that crosses the wire.
func everything() []any {
	return []any{
		spec.Info{}, []spec.Resource{}, []spec.Provide{}, spec.RouteQuery{}, spec.Route{}, spec.PathsQuery{}, spec.Paths{},
		spec.Work{}, []spec.Problem{}, []spec.StepPreview{}, []spec.Stack{}, spec.Run{}, []spec.Event{}, &spec.Error{},
		spec.Fault{}, spec.Inputs{}, spec.OS{}, spec.Variable{}, spec.Require{}, spec.Step{}, spec.RunRecord{}, spec.Pattern(""), map[string]any{},
	}
}

func TestEveryTypeComesBackAsItWas(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, x := range everything() {
		typ := reflect.TypeOf(x)
		t.Run(typ.String(), func(t *testing.T) {
			for range 300 {
				want := reflect.New(typ)
				random(r, want.Elem(), 4)
				text, err := value.Encode(want.Elem().Interface(), value.HandOver())
				if err != nil {
					t.Fatal(err)
				}
				if !json.Valid(text) {
					t.Fatalf("not JSON: %s", text)
				}
				if strings.ContainsFunc(string(text), func(c rune) bool { return c < ' ' || c > '~' || strings.ContainsRune("<>&", c) }) {
					t.Fatalf("XML may change it: %s", text)
				}
				got := reflect.New(typ)
				if err := wire.Decode(text, got.Interface()); err != nil {
					t.Fatalf("%v\n%s", err, text)
				}
				if diff := cmp.Diff(want.Elem().Interface(), got.Elem().Interface()); diff != "" {
					t.Fatalf("%s\n-want +got:\n%s", text, diff)
				}
			}
		})
	}
}

// random sets v to anything its type can be.
func random(r *rand.Rand, v reflect.Value, depth int) {
	if r.IntN(4) == 0 {
		return // zero
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Unix(r.Int64N(1<<33), r.Int64N(1e9)).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(randomText(r))
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.Uint64()))
	case reflect.Float64:
		v.SetFloat([]float64{1, 1.5, -1e300, math.Inf(1), r.NormFloat64()}[r.IntN(5)])
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			random(r, v.Elem(), depth-1)
		}
	case reflect.Slice:
		n := r.IntN(3)
		if depth <= 0 {
			n = 0
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			random(r, v.Index(i), depth-1)
		}
	case reflect.Array:
		for i := range v.Len() {
			random(r, v.Index(i), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(max(min(depth, 2), 0) + 1) {
			elem := reflect.New(v.Type().Elem()).Elem()
			random(r, elem, depth-1)
			v.SetMapIndex(reflect.ValueOf(randomText(r)).Convert(v.Type().Key()), elem)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				random(r, v.Field(i), depth-1)
			}
		}
	case reflect.Interface:
		if x := randomValue(r, depth); x != nil {
			v.Set(reflect.ValueOf(x))
		}
	default:
		panic("no random " + v.Type().String())
	}
}

func randomText(r *rand.Rand) string {
	return []string{"", "a", "line\nline\t\r", "\x1b[31mred\x1b[0m", "\xff\xfe not UTF-8", "<a href='&'>]]>", "☃ 𝄞 \ufffe\uffff\u2028", "$secret", "$", `"\`, "\x00",
		fmt.Sprint(r.Int())}[r.IntN(12)]
}

func randomValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(13); {
	case n == 0:
		return int(r.Uint64())
	case n == 1:
		return []float64{0, 2, 2.5, math.Inf(-1), 1e-300}[r.IntN(5)]
	case n == 2:
		return value.Secret(randomText(r))
	case n == 3:
		return value.Deferred{Node: randomText(r), Name: randomText(r)}
	case n == 4:
		return int64(r.Uint64())
	case n == 5:
		return r.Uint64()
	case n == 6:
		return r.IntN(2) == 0
	case n < 9 && depth > 0:
		out := make([]any, r.IntN(3))
		for i := range out {
			out[i] = randomValue(r, depth-1)
		}
		return out
	case n < 11 && depth > 0:
		out := map[string]any{}
		for range r.IntN(3) {
			out[randomText(r)] = randomValue(r, depth-1)
		}
		return out
	case n == 11:
		return nil
	}
	return randomText(r)
}

func TestSecretsAreToldOnlyWhereTheyMustBe(t *testing.T) {
	run := spec.Run{Work: spec.Work{Steps: []spec.Step{{Inputs: spec.Inputs{"db": {{
		"password": value.Secret("correct horse"), "more": []any{value.Secret("correct horse"), map[string]any{"x": value.Secret("correct horse")}}}}}}}}}
	for secrets, times := range map[string]int{"hidden": 0, "handed over": 3} {
		policy := value.Hide()
		if times > 0 {
			policy = value.HandOver()
		}
		text, err := value.Encode(run, policy)
		if n := strings.Count(string(text), "correct horse"); err != nil || n != times {
			t.Errorf("%v: told %d times, want %d, error %v", secrets, n, times, err)
		}
		var got spec.Run
		if err := wire.Decode(text, &got); err != nil {
			t.Fatal(err)
		}
		if s, ok := got.Steps[0].Inputs["db"][0]["password"].(value.Secret); !ok || s.Reveal() == "•••" || fmt.Sprint(s) != "•••" {
			t.Errorf("%v: it is now %#v", secrets, s)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, text := range []string{
		"", "{", "[]", "1", `"x"`, "null x", `{"load":"x"}`, `{"queue":1.5}`, `{"queue":99999999999999999999}`, `{"host":1}`, `{"since":"yesterday"}`,
		`{"os":[]}`, `{"simulated":"true"}`, `{"host":{"$bytes":"%"}}`, `{"host":{"$unknown":"x"}}`, `{"load":{"$float":"x"}}`,
	} {
		var info spec.Info
		if err := wire.Decode([]byte(text), &info); spec.KindOf(err) != spec.Invalid {
			t.Errorf("%s gave %+v, error %v", text, info, err)
		}
	}
	for _, text := range []string{
		`{"returns":{"$deferred":["a"]}}`, `{"returns":{"$deferred":[1,2]}}`, `{"returns":{"$pairs":[["a"]]}}`, `{"returns":{"$pairs":[[1,2]]}}`, `{"returns":{"$a":1,"b":2}}`,
		`{"returns":{"$int64":"x"}}`, `{"returns":{"$secret":1}}`, `{"returns":1e999}`,
	} {
		var ev spec.Event
		if err := wire.Decode([]byte(text), &ev); spec.KindOf(err) != spec.Invalid {
			t.Errorf("%s gave %+v, error %v", text, ev, err)
		}
	}
}

func TestWhatANewerPeerSaysIsIgnored(t *testing.T) {
	var info spec.Info
	if err := wire.Decode([]byte(`{"host":"web1","colour":{"$new":1}}`), &info); err != nil || info.Host != "web1" {
		t.Errorf("%+v, error %v", info, err)
	}
}

func TestEveryKindOfErrorComesBack(t *testing.T) {
	seen := map[string]spec.Kind{}
	for _, kind := range spec.Kinds() {
		_, condition := wire.Condition(kind)
		if other, twice := seen[condition]; twice {
			t.Errorf("%q and %q are both %s", kind, other, condition)
		}
		seen[condition] = kind
		if got := wire.KindOf(condition); got != kind {
			t.Errorf("%q came back as %q", kind, got)
		}
		want := &spec.Error{Kind: kind, Op: "enter On", At: "x.star:1:2", Msg: "no", Hint: "do"}
		text, err := value.Encode(wire.Error(want), value.Hide())
		if err != nil {
			t.Fatal(err)
		}
		var got spec.Error
		if err := wire.Decode(text, &got); err != nil || got != *want {
			t.Errorf("%+v came back as %+v, error %v", want, got, err)
		}
	}
	for err, kind := range map[error]spec.Kind{
		context.Canceled: spec.Canceled, context.DeadlineExceeded: spec.Timeout, fmt.Errorf("x: %w", context.Canceled): spec.Canceled,
		fmt.Errorf("what"): spec.Internal,
	} {
		if got := wire.Error(err); got.Kind != kind || got.Err != nil {
			t.Errorf("%v is told as %+v", err, got)
		}
	}
	for name, kind := range map[string]spec.Kind{"service-unavailable": spec.Unavailable, "not-authorized": spec.Denied, "what": spec.Internal} {
		if got := wire.KindOf(name); got != kind {
			t.Errorf("%s is %q, want %q", name, got, kind)
		}
	}
}

// However much an error says, it fits in a stanza: what is cut is cut between characters.
func TestLongErrors(t *testing.T) {
	for name, text := range map[string]string{
		"words": strings.Repeat("word ", 20_000), "control characters": strings.Repeat("\x1b", 40_000),
		"Cyrillic": strings.Repeat("ы", 20_000), "no UTF-8": strings.Repeat("\xff", 40_000),
	} {
		e := wire.Error(&spec.Error{Kind: spec.Failed, Op: text, At: text, Msg: text, Hint: text})
		out, err := value.Encode(e, value.Hide())
		if err != nil || len(out) > wire.Piece || len(e.Msg) < 1000 {
			t.Errorf("%s: %d bytes of text, %d as written, error %v", name, len(e.Msg), len(out), err)
		}
		if utf8.ValidString(text) != utf8.ValidString(e.Msg) {
			t.Errorf("%s are cut in the middle: %q", name, e.Msg[len(e.Msg)-10:])
		}
	}
	if e := wire.Error(&spec.Error{Msg: strings.Repeat("x", 20_000)}); len(e.Msg) != 20_000 {
		t.Errorf("a text that fits is cut to %d", len(e.Msg))
	}
}

func TestTheDocumentSaysTheSame(t *testing.T) {
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range spec.Kinds() {
		name := string(kind)
		if kind == spec.Internal {
			name = "(none: a fault of the agent's)"
		}
		typ, condition := wire.Condition(kind)
		if row := fmt.Sprintf("| %s | %s | %s |", name, typ, condition); !strings.Contains(string(text), row) {
			t.Errorf("docs/protocol.md has no row %s", row)
		}
	}
	if !strings.Contains(string(text), "`"+wire.Namespace+"`") {
		t.Error("docs/protocol.md does not name the namespace")
	}
}

func TestPieces(t *testing.T) {
	for _, n := range []int{0, 1, wire.Piece, wire.Piece + 1, 3*wire.Piece - 1} {
		text := strings.Repeat("x", n)
		pieces := wire.Split([]byte(text))
		if strings.Join(pieces, "") != text || wire.Pieces(len(pieces)) != nil {
			t.Errorf("%d bytes become %d pieces", n, len(pieces))
		}
		for _, p := range pieces {
			if len(p) > wire.Piece {
				t.Errorf("a piece has %d bytes", len(p))
			}
		}
	}
	for _, n := range []int{-1, 0, wire.MostPieces + 1} {
		if err := wire.Pieces(n); spec.KindOf(err) != spec.Invalid {
			t.Errorf("%d pieces: %v", n, err)
		}
	}
}

func TestVersions(t *testing.T) {
	for _, tt := range []struct {
		us, peer string
		want     int
		says     string
	}{
		{"1", "1", 1, ""}, {"1-3", "2-5", 3, ""}, {"2-5", "1-3", 3, ""}, {"1", "1-9", 1, ""},
		{"2-3", "1", 0, "upgrade web1"}, {"1", "2", 0, "upgrade this program"},
	} {
		us, ok := wire.ParseVersions(tt.us)
		peer, ok2 := wire.ParseVersions(tt.peer)
		if !ok || !ok2 || us.String() != tt.us {
			t.Fatalf("%s and %s are not read", tt.us, tt.peer)
		}
		n, err := us.Common(peer, "web1")
		if n != tt.want || spec.HintOf(err) != tt.says || err != nil && spec.KindOf(err) != spec.Invalid {
			t.Errorf("%s and %s: %d, error %v (%s)", tt.us, tt.peer, n, err, spec.HintOf(err))
		}
	}
	for _, s := range []string{"", "x", "0", "2-1", "1-", "-1", "1-1000", "1-2-3"} {
		if v, ok := wire.ParseVersions(s); ok {
			t.Errorf("%q is %v", s, v)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, x := range everything() {
		text, err := value.Encode(x, value.HandOver())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"id":"r1","steps":[{"inputs":{"a":[{"b":{"$secret":"x"},"c":{"$pairs":[["$x",1]]}}]}}]}`))
	f.Add([]byte(`[{"returns":{"$float":"1.5"},"at":"2026-01-01T00:00:00Z"}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, x := range everything() {
			v := reflect.New(reflect.TypeOf(x))
			if wire.Decode(text, v.Interface()) != nil {
				continue
			}
			again, err := value.Encode(v.Elem().Interface(), value.HandOver())
			if err != nil {
				t.Fatal(err)
			}
			w := reflect.New(reflect.TypeOf(x))
			if err := wire.Decode(again, w.Interface()); err != nil {
				t.Fatalf("%v\n%s", err, again)
			}
			last, err := value.Encode(w.Elem().Interface(), value.HandOver())
			if err != nil || string(last) != string(again) {
				t.Fatalf("%s\nbecame\n%s", again, last)
			}
		}
	})
}

func FuzzVersions(f *testing.F) {
	for _, s := range []string{"1", "1-3", "0", "9-", "-", "x", "1-999", "99999999999999999999"} {
		f.Add(s, "1")
	}
	f.Fuzz(func(t *testing.T, us, peer string) {
		v, ok := wire.ParseVersions(us)
		if !ok {
			return
		}
		if again, ok := wire.ParseVersions(v.String()); !ok || again != v {
			t.Errorf("%q is %v, and then %v", us, v, again)
		}
		w, _ := wire.ParseVersions(peer) // of one that says nonsense, nothing is known
		n, err := v.Common(w, "web1")
		if err == nil && (n < v.Min || n > v.Max || n < w.Min || n > w.Max) || err != nil && (spec.KindOf(err) != spec.Invalid || spec.HintOf(err) == "") {
			t.Errorf("%v and %v: %d, error %v", v, w, n, err)
		}
	})
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("x"), 1)
	f.Add([]byte(""), 9)
	f.Add([]byte("0123456789"), 20_000)
	f.Fuzz(func(t *testing.T, part []byte, times int) {
		text := bytes.Repeat(part, min(max(times, 0), 1<<20/(len(part)+1)))
		all := wire.Split(text)
		if strings.Join(all, "") != string(text) || wire.Pieces(len(all)) != nil {
			t.Errorf("%d bytes become %d pieces", len(text), len(all))
		}
		for i, p := range all {
			if len(p) > wire.Piece || p == "" && len(all) > 1 {
				t.Errorf("piece %d of %d has %d bytes", i, len(all), len(p))
			}
		}
	})
}
