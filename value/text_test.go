package value_test

import (
	"fmt"
	"testing"

	"github.com/armonic/armonic/value"
)

func TestText(t *testing.T) {
	type host string
	s := value.Style{None: "-", EmptyText: `""`, Secret: "***", Left: "[", Right: "]", Names: " ", AtRunTime: func(d value.Deferred) string { return "later " + d.Name }}
	for _, c := range []struct {
		x    any
		want string
	}{
		{nil, "-"}, {"", `""`}, {"a b", "a b"}, {true, "yes"}, {false, "no"}, {7, "7"}, {1.5, "1.5"}, {1e6, "1000000"},
		{value.Secret("hunter2"), "***"}, {value.Deferred{Node: "n", Name: "v"}, "later v"},
		{[]any{}, "[]"}, {[]any{1, nil, value.Secret("hunter2")}, "[1, -, ***]"},
		{[]host{"web1", "web2"}, "web1 web2"}, {[]host{}, "none"},
		{map[string]any{"b": []any{true}, "a": nil}, "a=-  b=[yes]"},
	} {
		if got := s.Text(c.x); got != c.want {
			t.Errorf("%#v is %q, want %q", c.x, got, c.want)
		}
	}
}

func TestInput(t *testing.T) {
	for _, c := range []struct {
		x    any
		want string
	}{
		{nil, ""}, {"a, b", "a, b"}, {true, "true"}, {7, "7"}, {1e6, "1000000"}, {[]any{[]any{value.Secret("hunter2")}}, ""}, {[]any{[]any{"a"}}, `[["a"]]`}, {value.Secret("hunter2"), ""}, {value.Deferred{Node: "n"}, ""},
		{[]any{}, ""}, {[]any{"a", "b"}, "a, b"}, {[]any{1, 2}, "1, 2"},
		{[]any{"a,b", "c"}, `["a,b","c"]`}, {[]any{"[", 1}, `["[",1]`}, {[]any{"", " a"}, `[""," a"]`}, {[]any{"a", value.Secret("hunter2")}, ""},
	} {
		if got := value.Input(c.x); got != c.want {
			t.Errorf("%#v would be typed %q, want %q", c.x, got, c.want)
		}
	}
}

func TestRows(t *testing.T) {
	if got := fmt.Sprint(value.Rows(nil), value.Rows("x"), value.Rows(map[string]any{"b": 1, "a": nil})); got != "[] [{ x}] [{a <nil>} {b 1}]" {
		t.Error(got)
	}
}
