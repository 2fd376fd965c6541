package spec_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/google/go-cmp/cmp"
)

func number(f float64) *float64 { return &f }

// kind is a required variable v of a type.
func kind(k spec.TypeKind) spec.Variable { return spec.Variable{Name: "v", Type: spec.Type{Kind: k}} }

func listOf(elem spec.Variable) spec.Variable {
	return spec.Variable{Name: "v", Type: spec.Type{Kind: spec.KindList, Elem: &elem}}
}

func with(v spec.Variable, change func(*spec.Variable)) spec.Variable {
	change(&v)
	return v
}

func TestConvert(t *testing.T) {
	optional := func(v *spec.Variable) { v.Optional = true }
	for _, tt := range []struct {
		v    spec.Variable
		x    any
		want any
		err  string
	}{
		{v: kind(spec.KindStr), x: "a b", want: "a b"},
		{v: kind(spec.KindStr), x: " 12 ", want: " 12 "},
		{v: kind(spec.KindStr), x: 7, want: "7"},
		{v: kind(spec.KindStr), x: 3.0, want: "3"},
		{v: kind(spec.KindStr), x: 1e6, want: "1000000"},
		{v: kind(spec.KindStr), x: -1234567.5, want: "-1234567.5"},
		{v: kind(spec.KindStr), x: 1e22, want: "1e+22"},
		{v: kind(spec.KindStr), x: 0.0001, want: "0.0001"},
		{v: kind(spec.KindStr), x: 2.5, want: "2.5"},
		{v: kind(spec.KindStr), x: true, want: "True"},
		{v: kind(spec.KindStr), x: false, want: "False"},
		{v: kind(spec.KindStr), x: []any{"a"}, err: "v must be a text, is a list of 1"},
		{v: kind(spec.KindStr), x: map[string]any{"a": 1}, err: "v must be a text, is a table"},
		{v: kind(spec.KindStr), x: "\xff", err: "v is not valid UTF-8"},
		{v: kind(spec.KindStr), x: "", err: "v is required"},
		{v: kind(spec.KindStr), x: nil, err: "v is required"},
		{v: with(kind(spec.KindStr), optional), x: "", want: ""},
		{v: with(kind(spec.KindStr), optional), x: nil, want: nil},

		{v: kind(spec.KindInt), x: 80, want: 80},
		{v: kind(spec.KindInt), x: " 12 ", want: 12},
		{v: kind(spec.KindInt), x: "-1", want: -1},
		{v: kind(spec.KindInt), x: 3.9, want: 3},
		{v: kind(spec.KindInt), x: -0.5, want: 0},
		{v: kind(spec.KindInt), x: true, want: 1},
		{v: kind(spec.KindInt), x: "1.5", err: `v must be a whole number, is "1.5"`},
		{v: kind(spec.KindInt), x: "0x10", err: `v must be a whole number, is "0x10"`},
		{v: kind(spec.KindInt), x: 1e20, err: "v must be a whole number, is 1e+20"},
		{v: kind(spec.KindInt), x: math.NaN(), err: "v must be a whole number, is NaN"},
		{v: kind(spec.KindInt), x: []any{1}, err: "v must be a whole number, is a list of 1"},
		{v: with(kind(spec.KindInt), optional), x: "", want: nil},
		{v: with(kind(spec.KindInt), func(v *spec.Variable) { v.Min, v.Max = number(3), number(5) }), x: 3, want: 3},
		{v: with(kind(spec.KindInt), func(v *spec.Variable) { v.Min, v.Max = number(3), number(5) }), x: 5, want: 5},
		{v: with(kind(spec.KindInt), func(v *spec.Variable) { v.Min, v.Max = number(3), number(5) }), x: 2, err: "v must be at least 3, is 2"},
		{v: with(kind(spec.KindInt), func(v *spec.Variable) { v.Min, v.Max = number(3), number(5) }), x: 6, err: "v must be at most 5, is 6"},

		{v: kind(spec.KindFloat), x: "1.5", want: 1.5},
		{v: kind(spec.KindFloat), x: 3, want: 3.0},
		{v: kind(spec.KindFloat), x: "1e3", want: 1000.0},
		{v: kind(spec.KindFloat), x: true, want: 1.0},
		{v: kind(spec.KindFloat), x: "inf", err: `v must be a number, is "inf"`},
		{v: kind(spec.KindFloat), x: "0x1p4", err: `v must be a number, is "0x1p4"`},
		{v: with(kind(spec.KindFloat), func(v *spec.Variable) { v.Min = number(0) }), x: -0.5, err: "v must be at least 0, is -0.5"},
		{v: with(kind(spec.KindFloat), func(v *spec.Variable) { v.Max = number(10) }), x: 10.9, err: "v must be at most 10, is 10.9"},

		{v: kind(spec.KindBool), x: true, want: true},
		{v: kind(spec.KindBool), x: "YES", want: true},
		{v: kind(spec.KindBool), x: "y", want: true},
		{v: kind(spec.KindBool), x: "True", want: true},
		{v: kind(spec.KindBool), x: "no", want: false},
		{v: kind(spec.KindBool), x: "N", want: false},
		{v: kind(spec.KindBool), x: "false", want: false},
		{v: kind(spec.KindBool), x: 1, err: "v must be yes or no, is 1"},
		{v: kind(spec.KindBool), x: "on", err: `v must be yes or no, is "on"`},
		{v: kind(spec.KindFirstInstance), x: "n", want: false},

		{v: kind(spec.KindPort), x: "1", want: 1},
		{v: kind(spec.KindPort), x: "0", err: "v must be a port from 1 to 65535, is 0"},
		{v: kind(spec.KindPort), x: 65535, want: 65535},
		{v: kind(spec.KindPort), x: 65536, err: "v must be a port from 1 to 65535, is 65536"},
		{v: kind(spec.KindPort), x: -1, err: "v must be a port from 1 to 65535, is -1"},

		{v: kind(spec.KindHost), x: "my-host.example.org", want: "my-host.example.org"},
		{v: kind(spec.KindHost), x: "Host1", want: "Host1"},
		{v: kind(spec.KindHost), x: "10.0.0.1", want: "10.0.0.1"},
		{v: kind(spec.KindHost), x: "fe80::1", want: "fe80::1"},
		{v: kind(spec.KindHost), x: "999.999.999.999", err: `v must be a host name or an IP address, is "999.999.999.999"`},
		{v: kind(spec.KindHost), x: "host\n", err: `v must be a host name or an IP address, is "host\n"`},
		{v: kind(spec.KindHost), x: "-host", err: `v must be a host name or an IP address, is "-host"`},
		{v: kind(spec.KindHost), x: "a_b", err: `v must be a host name or an IP address, is "a_b"`},
		{v: kind(spec.KindHost), x: true, err: "v must be a text, is true"},
		{v: kind(spec.KindHost), x: 7, err: "v must be a text, is 7"},
		{v: kind(spec.KindThisHost), x: "h1", want: "h1"},
		{v: kind(spec.KindHostname), x: "www.example.org", want: "www.example.org"},
		{v: kind(spec.KindHostname), x: "10.0.0.1", err: `v must be a host name such as www.example.org, is "10.0.0.1"`},
		{v: kind(spec.KindHostname), x: strings.Repeat("a", 64), err: `v must be a host name such as www.example.org, is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`},

		{v: kind(spec.KindURL), x: "http://h:80/p", want: "http://h:80/p"},
		{v: kind(spec.KindURL), x: "file:///srv/x", want: "file:///srv/x"},
		{v: kind(spec.KindURL), x: "h:80", err: `v must be a URL such as http://host:80/, is "h:80"`},
		{v: kind(spec.KindURL), x: "mailto:x", err: `v must be a URL such as http://host:80/, is "mailto:x"`},
		{v: kind(spec.KindURL), x: "http://[", err: `v must be a URL such as http://host:80/, is "http://["`},

		{v: kind(spec.KindPath), x: "/", want: "/"},
		{v: kind(spec.KindPath), x: "/var/www/website/", want: "/var/www/website/"},
		{v: kind(spec.KindPath), x: "/srv/a b/ü", want: "/srv/a b/ü"},
		{v: kind(spec.KindPath), x: "/srv/..a/.b", want: "/srv/..a/.b"},
		{v: kind(spec.KindPath), x: "srv", err: `v must be a path that begins with /, is "srv"`},
		{v: kind(spec.KindPath), x: "~/x", err: `v must be a path that begins with /, is "~/x"`},
		{v: kind(spec.KindPath), x: " /srv", err: `v must be a path that begins with /, is " /srv"`},
		{v: kind(spec.KindPath), x: "/srv//a", err: `v must be a path without //, . and .., such as "/srv/a", is "/srv//a"`},
		{v: kind(spec.KindPath), x: "/srv/../etc/", err: `v must be a path without //, . and .., such as "/etc/", is "/srv/../etc/"`},
		{v: kind(spec.KindPath), x: "/..", err: `v must be a path without //, . and .., such as "/", is "/.."`},
		{v: kind(spec.KindPath), x: "//", err: `v must be a path without //, . and .., such as "/", is "//"`},
		{v: kind(spec.KindPath), x: "/srv\x00", err: `v must be a path of one line, without control characters, is "/srv\x00"`},
		{v: kind(spec.KindPath), x: "/srv\n", err: `v must be a path of one line, without control characters, is "/srv\n"`},
		{v: kind(spec.KindPath), x: "/" + strings.Repeat("a", 4095), err: "v must be a path of at most 4095 bytes, has 4096"},
		{v: kind(spec.KindPath), x: 7, err: "v must be a text, is 7"},
		{v: with(kind(spec.KindPath), optional), x: "", want: nil},

		{v: kind(spec.KindPassword), x: "sesame", want: value.Secret("sesame")},
		{v: kind(spec.KindPassword), x: value.Secret("sesame"), want: value.Secret("sesame")},
		{v: kind(spec.KindPassword), x: 1234567, want: value.Secret("1234567")},
		{v: kind(spec.KindPassword), x: "five5", err: "v is too short: it needs at least 6 characters"},
		{v: with(kind(spec.KindPassword), func(v *spec.Variable) { v.Min = number(8) }), x: "seven77", err: "v is too short: it needs at least 8 characters"},
		{v: with(kind(spec.KindPassword), func(v *spec.Variable) { v.Min = number(3) }), x: "abc", want: value.Secret("abc")},
		{v: with(kind(spec.KindStr), func(v *spec.Variable) { v.Secret = true }), x: "x", want: value.Secret("x")},
		{v: with(kind(spec.KindURL), func(v *spec.Variable) { v.Secret = true }), x: "hidden", err: "v is not a valid url"},

		{v: listOf(kind(spec.KindPort)), x: []any{"80", 443}, want: []any{80, 443}},
		{v: listOf(kind(spec.KindPort)), x: []any{80, "x"}, err: `v[1] must be a whole number, is "x"`},
		{v: listOf(kind(spec.KindPort)), x: "80", err: `v must be a list, is "80"`},
		{v: listOf(kind(spec.KindPort)), x: []any{}, err: "v is required"},
		{v: with(listOf(kind(spec.KindPort)), optional), x: []any{}, want: []any{}},
		{v: with(listOf(kind(spec.KindPort)), optional), x: nil, want: nil},
		{v: listOf(listOf(listOf(kind(spec.KindInt)))), x: []any{[]any{[]any{"1"}}}, want: []any{[]any{[]any{1}}}},
		{v: listOf(listOf(kind(spec.KindInt))), x: []any{[]any{1}, []any{nil}}, err: "v[1][0] is required"},
		{v: listOf(with(kind(spec.KindInt), func(v *spec.Variable) { v.Max = number(4) })), x: []any{5}, err: "v[0] must be at most 4, is 5"},
		{v: kind(spec.KindHosts), x: []any{"h1", "10.0.0.1"}, want: []any{"h1", "10.0.0.1"}},
		{v: kind(spec.KindHosts), x: []any{"h1", ""}, err: "[1] is required"},

		{v: with(kind(spec.KindStr), func(v *spec.Variable) { v.Pattern = "[a-z]+" }), x: "abc", want: "abc"},
		{v: with(kind(spec.KindStr), func(v *spec.Variable) { v.Pattern = "[a-z]+" }), x: "abc1", err: `v must match [a-z]+, is "abc1"`},
		{v: with(kind(spec.KindStr), func(v *spec.Variable) { v.Pattern = "^[a-z]+$" }), x: "abc\n", err: `v must match ^[a-z]+$, is "abc\n"`},
		{v: with(kind(spec.KindStr), func(v *spec.Variable) { v.Pattern, v.PatternError = "a|b", "a or b, please" }), x: "ab", err: `v: a or b, please, is "ab"`},
		{v: with(kind(spec.KindStr), func(v *spec.Variable) { v.Pattern, v.Modifier = "[a-z]+", "%s.example.org" }), x: "www", want: "www"},
		{v: with(kind(spec.KindStr), func(v *spec.Variable) { v.OneOf = []any{"a", "b"} }), x: "b", want: "b"},
		{v: with(kind(spec.KindInt), func(v *spec.Variable) { v.OneOf = []any{1, "2"} }), x: "2", want: 2},
		{v: with(kind(spec.KindInt), func(v *spec.Variable) { v.OneOf = []any{1, 2} }), x: 3, err: "v must be one of 1, 2, is 3"},
		{v: kind("color"), x: "red", err: `v has the unknown type "color"`},
	} {
		t.Run(fmt.Sprintf("%s %#v", tt.v.Type, tt.x), func(t *testing.T) {
			got, err := tt.v.Convert(tt.x)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			switch {
			case (err != nil) != (tt.err != ""):
				t.Errorf("error %v, want %q", err, tt.err)
			case err != nil && !strings.Contains(err.Error(), tt.err):
				t.Errorf("error %q, want %q", err, tt.err)
			}
		})
	}
}

func TestModify(t *testing.T) {
	v := spec.Variable{Name: "v", Modifier: "http://%s/"}
	for x, want := range map[any]any{"h": "http://h/", value.Secret("s"): value.Secret("http://s/"), "%s": "http://%s/", 5: 5, nil: nil} {
		if got := v.Modify(x); got != want {
			t.Errorf("%v is modified to %v, want %v", x, got, want)
		}
	}
}

func TestCheckDefinition(t *testing.T) {
	for want, v := range map[string]spec.Variable{
		"":                                        {Name: "v", Type: spec.Type{Kind: spec.KindPort}, Default: 80, Modifier: "a%sb", Pattern: "a"},
		"pattern of v: error parsing regexp":      {Name: "v", Pattern: "("},
		`modifier of v must contain %s once`:      {Name: "v", Modifier: "%s%s"},
		"min of v is greater than its max":        {Name: "v", Min: number(2), Max: number(1)},
		"default of v: v must be a whole number":  {Name: "v", Type: spec.Type{Kind: spec.KindPort}, Default: "x"},
		"default of v: v must be a port from 1 t": {Name: "v", Type: spec.Type{Kind: spec.KindPort}, Default: 70000},
	} {
		err := v.CheckDefinition()
		if (err != nil) != (want != "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", v, err, want)
		}
	}
}

// Whatever is given, a value is refused with a sentence about the variable, or has
// the variable's type; and converting it once more changes nothing.
func FuzzConvert(f *testing.F) {
	for _, s := range []string{"", "80", " 12 ", "1.5", "1e20", "yes", "h1", "10.0.0.1", "http://h/", "file:///x", "secret", "host\n", "\xff", "a,b,,c"} {
		f.Add(s, 3.5, int64(80), true, uint8(0))
	}
	f.Add("x", math.Inf(1), int64(math.MaxInt64), false, uint8(255))
	kinds := []spec.TypeKind{spec.KindStr, spec.KindInt, spec.KindFloat, spec.KindBool, spec.KindPort, spec.KindHost, spec.KindHostname,
		spec.KindURL, spec.KindPassword, spec.KindThisHost, spec.KindHosts, spec.KindFirstInstance}
	f.Fuzz(func(t *testing.T, s string, fl float64, n int64, b bool, how uint8) {
		var list []any
		for part := range strings.SplitSeq(s, ",") {
			list = append(list, part)
		}
		values := []any{nil, s, fl, n, int(n), uint64(n), b, list, append(list, n, fl, b, nil), []any{list}, map[string]any{s: n}, value.Secret(s), struct{}{}}
		for _, k := range kinds {
			base := kind(k)
			base.Optional = how&1 != 0
			base.Secret = how&2 != 0
			if how&4 != 0 {
				base.Min, base.Max = number(-5), number(100)
			}
			if how&8 != 0 {
				base.Pattern = "[a-z0-9.]*"
			}
			elem := base
			list := listOf(elem)
			list.Optional = base.Optional
			for _, v := range []spec.Variable{base, list, listOf(listOf(elem))} {
				for _, x := range values {
					checkConverted(t, v, x)
				}
			}
		}
	})
}

func checkConverted(t *testing.T, v spec.Variable, x any) {
	t.Helper()
	y, err := v.Convert(x)
	if err != nil {
		if y != nil || !strings.Contains(err.Error(), v.Name) {
			t.Fatalf("%s of %#v: %v with the error %q", v.Type, x, y, err)
		}
		return
	}
	if y != nil && !fits(v, y) || y == nil && !v.Optional {
		t.Fatalf("%s of %#v is %#v", v.Type, x, y)
	}
	z, err := v.Convert(y)
	if err != nil || !cmp.Equal(y, z) {
		t.Fatalf("%s of %#v is %#v, and of that %#v, error %v", v.Type, x, y, z, err)
	}
	v.Modify(y)
}

// fits reports whether a value has a variable's type.
func fits(v spec.Variable, x any) bool {
	var ok bool
	switch v.Type.Kind {
	case spec.KindInt, spec.KindPort:
		_, ok = x.(int)
	case spec.KindFloat:
		_, ok = x.(float64)
	case spec.KindBool, spec.KindFirstInstance:
		_, ok = x.(bool)
	case spec.KindList, spec.KindHosts:
		var xs []any
		elem := kind(spec.KindHost)
		if v.Type.Elem != nil {
			elem = *v.Type.Elem
		}
		xs, ok = x.([]any)
		for _, y := range xs {
			ok = ok && (y != nil && fits(elem, y) || y == nil && elem.Optional)
		}
	default:
		_, secret := x.(value.Secret) // once a secret, always a secret
		if _, ok = x.(string); secret || v.Hidden() {
			ok = secret
		}
	}
	return ok
}
