package deploy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// refused is the message about a value that a type does not take.
type refused string

// A value means the same whether it is given with --set, in a field of the UI or in an
// answers file, there with quotes or without: the text as it is written, read by the type
// of the variable. Numbers are decimal.
func TestAValueIsWhatIsWritten(t *testing.T) {
	kinds := []spec.TypeKind{spec.KindStr, spec.KindInt, spec.KindFloat, spec.KindBool, spec.KindPort, spec.KindHost, spec.KindPassword, spec.KindList}
	no := func(format string, text string) refused { return refused(fmt.Sprintf(format, text)) }
	whole := func(text string) refused { return no("v must be a whole number, is %q", text) }
	number := func(text string) refused { return no("v must be a number, is %q", text) }
	yesNo := func(text string) refused { return no("v must be yes or no, is %q", text) }
	host := func(text string) refused { return no("v must be a host name or an IP address, is %q", text) }
	port := func(text string) refused { return no("v must be a port from 1 to 65535, is %s", text) }
	const short = refused("v is too short: it needs at least 6 characters")
	for _, tt := range []struct {
		text string
		want []any // by kind
	}{
		{"0644", []any{"0644", 644, 644.0, yesNo("0644"), 644, host("0644"), short, []any{"0644"}}},
		{"010", []any{"010", 10, 10.0, yesNo("010"), 10, host("010"), short, []any{"010"}}},
		{"007", []any{"007", 7, 7.0, yesNo("007"), 7, host("007"), short, []any{"007"}}},
		{"012345", []any{"012345", 12345, 12345.0, yesNo("012345"), 12345, host("012345"), value.Secret("012345"), []any{"012345"}}},
		{"1.10", []any{"1.10", whole("1.10"), 1.1, yesNo("1.10"), whole("1.10"), host("1.10"), short, []any{"1.10"}}},
		{"0x10", []any{"0x10", whole("0x10"), number("0x10"), yesNo("0x10"), whole("0x10"), "0x10", short, []any{"0x10"}}},
		{"0o17", []any{"0o17", whole("0o17"), number("0o17"), yesNo("0o17"), whole("0o17"), "0o17", short, []any{"0o17"}}},
		{"0b11", []any{"0b11", whole("0b11"), number("0b11"), yesNo("0b11"), whole("0b11"), "0b11", short, []any{"0b11"}}},
		{"1_000", []any{"1_000", whole("1_000"), number("1_000"), yesNo("1_000"), whole("1_000"), host("1_000"), short, []any{"1_000"}}},
		{"1e3", []any{"1e3", whole("1e3"), 1000.0, yesNo("1e3"), whole("1e3"), "1e3", short, []any{"1e3"}}},
		{"-1", []any{"-1", -1, -1.0, yesNo("-1"), port("-1"), host("-1"), short, []any{"-1"}}},
		{"0", []any{"0", 0, 0.0, yesNo("0"), port("0"), host("0"), short, []any{"0"}}},
		{".inf", []any{".inf", whole(".inf"), number(".inf"), yesNo(".inf"), whole(".inf"), host(".inf"), short, []any{".inf"}}},
		{"99999999999999999999", []any{"99999999999999999999", whole("99999999999999999999"), 1e20, yesNo("99999999999999999999"),
			whole("99999999999999999999"), host("99999999999999999999"), value.Secret("99999999999999999999"), []any{"99999999999999999999"}}},
		{"yes", []any{"yes", whole("yes"), number("yes"), true, whole("yes"), "yes", short, []any{"yes"}}},
		{"No", []any{"No", whole("No"), number("No"), false, whole("No"), "No", short, []any{"No"}}},
		{"true", []any{"true", whole("true"), number("true"), true, whole("true"), "true", short, []any{"true"}}},
		{"on", []any{"on", whole("on"), number("on"), yesNo("on"), whole("on"), "on", short, []any{"on"}}},
		{"2020-01-02", []any{"2020-01-02", whole("2020-01-02"), number("2020-01-02"), yesNo("2020-01-02"), whole("2020-01-02"), "2020-01-02",
			value.Secret("2020-01-02"), []any{"2020-01-02"}}},
		{"12:30:45", []any{"12:30:45", whole("12:30:45"), number("12:30:45"), yesNo("12:30:45"), whole("12:30:45"), host("12:30:45"),
			value.Secret("12:30:45"), []any{"12:30:45"}}},
		{"a, 010", []any{"a, 010", whole("a, 010"), number("a, 010"), yesNo("a, 010"), whole("a, 010"), host("a, 010"), value.Secret("a, 010"), []any{"a", "010"}}},
	} {
		for i, k := range kinds {
			v := spec.Variable{Name: "v", Type: spec.Type{Kind: k}}
			if got := inAllWays(t, v, tt.text); !cmp.Equal(got, tt.want[i]) {
				t.Errorf("%s %s is %#v, want %#v", k, tt.text, got, tt.want[i])
			}
		}
	}
	ports := spec.Variable{Name: "v", Type: spec.Type{Kind: spec.KindList, Elem: &spec.Variable{Type: spec.Type{Kind: spec.KindPort}}}}
	for text, want := range map[string]any{"[010, 80]": []any{10, 80}, "[80, 0x10]": refused(`v[1] must be a whole number, is "0x10"`)} {
		if got := inAllWays(t, ports, text); !cmp.Equal(got, want) {
			t.Errorf("%s is %#v, want %#v", text, got, want)
		}
	}
}

// inAllWays gives what a value becomes, or why it is refused, which must be the same in
// each way to give it.
func inAllWays(t *testing.T, v spec.Variable, text string) any {
	t.Helper()
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Provides: []*lifecycle.Provide{{
		Name: "go", Provide: spec.Provide{Requires: []spec.Require{{Name: "conf", Vars: []spec.Variable{v}}}}}}}}}
	f := fleettest.New(t, []*lifecycle.Lifecycle{l}, "a")
	key := resolver.Key{Node: resolver.Root, Kind: resolver.AskValue, Name: "L/On/go/conf/v"}
	file := func(written string) func(s *deploy.Session) error {
		return func(s *deploy.Session) error {
			a, err := deploy.ReadAnswers([]byte("armonic: 1\nprovide: //L//go\nnodes:\n  .:\n    values:\n      L/On/go/conf/v: "+written+"\n"), "f", nil)
			if err != nil {
				return err
			}
			return s.Replay(a)
		}
	}
	ways := []struct {
		name string
		give func(*deploy.Session) error
	}{
		{"--set", func(s *deploy.Session) error { return s.Set("//L//conf/v", text) }},
		{"the UI", func(s *deploy.Session) error { s.Answer(key, resolver.Text(text)); return nil }},
		{"a file", file(text)},
		{"a file, in quotes", file("'" + text + "'")},
	}
	var first any
	for i, way := range ways {
		s := deploy.NewSession(f, "//L//go")
		s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, spec.Host("a"))
		if err := way.give(s); err != nil {
			t.Fatalf("%s %s: %v", way.name, text, err)
		}
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		q := s.Result().Question(key)
		got := q.Value
		if q.Status == resolver.Wrong {
			got = refused(q.Problem)
		}
		if i == 0 {
			first = got
		} else if !cmp.Equal(got, first) {
			t.Errorf("%s %s: %s gives %#v, %s %#v", v.Type, text, ways[0].name, first, way.name, got)
		}
	}
	return first
}

// Whatever is wrong with an answers file, the error says in which line, of which node, what
// is wanted, and has no words of the libraries below.
func TestWrongAnswersFilesAreExplained(t *testing.T) {
	const head = "armonic: 1\nprovide: //L//go\n"
	node := func(lines string) string { return head + "nodes:\n  ./A:\n" + lines }
	for _, tt := range []struct{ text, want, hint string }{
		{"", `f: this is not an answers file: it has no line "armonic: 1"`, "--save"},
		{"once upon a time", `f:1: an answers file must be a table, is "once upon a time"`, "armonic: 1"},
		{"- a", "f:1: an answers file must be a table, is a list", ""},
		{"armonic: 1", "f: this file does not name its provide", "provide: //WebSite//start"},
		{"armonic: 2\nprovide: x", `f:1: this file has format "2", this version of Armonic reads 1`, ""},
		{"armonic: [1]", "f:1: armonic must be a text, is a list", "armonic: 1"},
		{"provide: {a: b}", "f:1: provide must be a text, is a table", "provide: //WebSite//start"},
		{"armonic: 1\nnodse: 1", `f:2: there is no key "nodse" here`, "nodes"},
		{head + "nodes: []", "f:3: nodes must be a table, is a list", "{.: {host: web1}}"},
		{head + "nodes: 7", `f:3: nodes must be a table, is "7"`, ""},
		{head + "nodes:\n  ./A: web1", `f:4: node ./A: what is decided must be a table, is "web1"`, "host: web1"},
		{head + "nodes:\n  - .: {}", "f:4: nodes must be a table, is a list", ""},
		{node("    hosts: web1"), `f:5: node ./A: hosts must be a list of hosts, is "web1"`, `["web*"]`},
		{node("    hosts: [[a]]"), "f:5: node ./A: a host of hosts must be a text, is a list", "[web1, web2]"},
		{node("    hsots: web1"), `f:5: node ./A: there is no key "hsots" here`, "host"},
		{head + "hosts: [web1]", "f:3: hosts must be a table, is a list", "port: 80"},
		{head + "hosts: {web1: 80}", `f:3: the values of web1 must be a table, is "80"`, "port: 80"},
		{head + "hosts: {web1: {a/b: {c: d}}}", "f:3: a/b must be a value or a list of values, is a table", ""},
		{node("    host: [web1]"), "f:5: node ./A: host must be a text, is a list", "host: web1"},
		{node("    host: {a: b}"), "f:5: node ./A: host must be a text, is a table", ""},
		{node("    choose: [a]"), "f:5: node ./A: choose must be a text, is a list", "choose: WebServer/Active/start"},
		{node("    manage: []"), "f:5: node ./A: manage must be a text, is a list", "manage: false"},
		{node("    requires: a text"), `f:5: node ./A: requires must be a table, is "a text"`, "[web1, web2]"},
		{node("    requires:\n      x: web1"), `f:6: node ./A: x must be a list of hosts, or how often, is "web1"`, "[web1, web2], [] for none, or 2"},
		{node("    requires: {x: {a: b}}"), "f:5: node ./A: x must be a list of hosts, or how often, is a table", ""},
		{node("    requires: {x: [[a]]}"), "f:5: node ./A: a host of x must be a text, is a list", ""},
		{node("    requires: {x: [a, ]}\n    values: 7"), `f:6: node ./A: values must be a table, is "7"`, "port: 80"},
		{node("    values: [a]"), "f:5: node ./A: values must be a table, is a list", ""},
		{node("    values:\n      a/b: {c: d}"), "f:6: node ./A: a/b must be a value or a list of values, is a table", "[a, b]"},
		{node("    values: {a: [1, {b: c}]}"), "f:5: node ./A: a must be a value or a list of values, is a table", ""},
		{node("    values:\n      a: ~"), "f:6: node ./A: a: ~ may be a text or no value", `"~" in quotes`},
		{node("    values: {a: {sealed: x}}"), "f:5: node ./A: a is sealed, and there is no key", "--set"},
		{node("    values: {a: {sealed: [x]}}"), "f:5: node ./A: a must be a value or a list of values, is a table", ""},
		{node("    returns: yes"), `f:5: node ./A: returns must be a table, is "yes"`, "url"},
		{head + "nodes:\n\t.: {}", "f:4: there is a tab here", "blanks"},
		{head + "nodes: {.: {values: {a: @x}}}", `f:3: a text cannot begin with "@"`, "in quotes"},
		{head + "nodes: {}\nnodes: {}", `f:4: "nodes" is here a second time; the first is in line 3`, ""},
		{head + "nodes: {.: {host: *web}}", "f:3: a reference (*…) is not read here", "in quotes"},
		{strings.Repeat("a", 2000), "f:1: an answers file must be a table, is \"" + strings.Repeat("a", 39) + "…\"", ""},
		{strings.Repeat("[", 100000), "f:1: this is nested too deeply", ""},
	} {
		_, err := deploy.ReadAnswers([]byte(tt.text), "f", nil)
		if err == nil || err.Error() != tt.want || spec.KindOf(err) != spec.Invalid || !strings.Contains(spec.HintOf(err), tt.hint) {
			t.Errorf("%.60q:\n  %v (%s)\n  want %s (%s)", tt.text, err, spec.HintOf(err), tt.want, tt.hint)
		}
	}
}
