package actions_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func TestFunctionsSeeTheirInputs(t *testing.T) {
	for _, c := range []struct {
		name, requires, body string
		in                   spec.Inputs
		want                 any
	}{
		{"a variable", `require("r", var("v", int))`, `return ctx.req.r.v + 1`, spec.Inputs{"r": {{"v": 1}}}, 2},
		{"no value is None", `require("r", var("v", int, required = False))`, `return ctx.req.r.v`, spec.Inputs{"r": {{}}}, nil},
		{"several sets are a list", `require("r", var("v", str), nargs = "*")`, `return [x.v for x in ctx.req.r]`,
			spec.Inputs{"r": {{"v": "a"}, {"v": "b"}}}, []any{"a", "b"}},
		{"no set is an empty list", `require("r", var("v", str), nargs = "*")`, `return len(ctx.req.r)`, nil, 0},
		{"a fixed number is a list", `require("r", var("v", str), nargs = 2)`, `return ctx.req.r[1].v`, spec.Inputs{"r": {{"v": "a"}, {"v": "b"}}}, "b"},
		{"perhaps, and not given", `require("r", var("v", str), nargs = "?")`, `return ctx.req.r == None`, spec.Inputs{"r": nil}, true},
		{"perhaps, and given", `require("r", var("v", str), nargs = "?")`, `return ctx.req.r.v`, spec.Inputs{"r": {{"v": "a"}}}, "a"},
		{"what another provide returned", `require_external("r", "//L//target", nargs = "*", returns = [var("url", url)])`,
			`return [(x.host, x.url) for x in ctx.req.r]`, spec.Inputs{"r": {{"host": "db1", "url": "http://db1"}}}, []any{[]any{"db1", "http://db1"}}},
		{"what a state was entered with", ``, `return ctx.entered("Off").conf.port`, nil, 8080},
		{"the host", ``, `return [ctx.me.name, ctx.me.address, ctx.me.os.name, ctx.me.os.release]`, nil, []any{"web1", "10.0.0.1", "debian", "12"}},
		{"any plain value goes back", ``, `return {"a": [1, 2.5, True, None], "b": ("x", {"c": "d"})}`, nil,
			map[string]any{"a": []any{1, 2.5, true, nil}, "b": []any{"x", map[string]any{"c": "d"}}}},
		{"a list as a value", `require("r", var("v", list_of(int)))`, `return sorted(ctx.req.r.v)`, spec.Inputs{"r": {{"v": []any{2, 1}}}}, []any{1, 2}},
		{"operators work as ever", ``, "x = [1]\ny = x\nx += [2]\nd = {\"n\": 1}\nd[\"n\"] += 2\ns = \"a\"\ns *= 3\ns += \"%d%%\" % 5\nd[\"n\"] *= 2\nreturn [y, d[\"n\"], s, [0] * 2, 7 % 4, 2 * 3.5, list(range(3)), str(12)]", nil,
			[]any{[]any{1, 2}, 6, "aaa5%", []any{0, 0}, 3, 7.0, []any{0, 1, 2}, "12"}},
		{"what is left of += is evaluated once", ``, "n = [0]\nx = {\"a\": 1}\ndef f():\n    n[0] += 1\n    return \"a\"\nx[f()] += 1\nx[f()] *= 5\nreturn [x[\"a\"], n[0]]", nil, []any{10, 2}},
		{"dicts change in place, sets do not", ``, "d = {\"a\": 1}\ne = d\ne |= {\"b\": 2}\ns = set([1])\nt = s\nt |= set([2])\nu = s\nu -= set([1])\nn = 6\nn |= 1\nn -= 2\nn <<= 2\nreturn [d, len(s), len(u), n, \"abcd\"[::-2], [1, 2, 3][1:]]", nil,
			[]any{map[string]any{"a": 1, "b": 2}, 1, 0, 20, "db", []any{2, 3}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := action(t, c.requires, c.body)(t.Context(), new(log).call(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestFunctionsSpeak(t *testing.T) {
	var l log
	_, err := action(t, "", `ctx.log("one")
ctx.log("two", level = "warn")
print("three", 3)
ctx.log([1, "a"])
ctx.progress(1, 3)
ctx.progress(5)`)(t.Context(), l.call(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"info: one", "warn: two", "info: three 3", "info: [1, \"a\"]", "1/3", "5/0"}
	if diff := cmp.Diff(want, l.lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatGoesWrongHasAPlaceAndAHint(t *testing.T) {
	for _, c := range []struct{ name, body, at, msg, hint string }{
		{"fail", `fail("apt is locked")`, "2:9", "apt is locked", ""},
		{"in a helper", "def h():\n    return {}[\"x\"]\nh()", "3:18", `key "x" not in dict`, ""},
		{"an unknown attribute", `ctx.lgo("x")`, "2:8", "ctx has no 'lgo'", "did you mean 'log'?"},
		{"an unknown variable", `ctx.entered("Off").conf.prot`, "2:28", "conf has no 'prot'", "did you mean 'port'?"},
		{"a state that does not exist", `ctx.entered("Of")`, "2:16", `L has no state "Of"`, "did you mean 'Off'?"},
		{"a state that is not applied", `ctx.entered("On")`, "2:16", "L is not in state On", "below"},
		{"an unknown level", `ctx.log("x", "debug")`, "2:12", `no level "debug"`, `"warn"`},
		{"progress beyond the end", `ctx.progress(3, 2)`, "2:17", "cannot be 3 of 2", ""},
		{"a declaration", `state("X")`, "2:10", "state declares", ""},
		{"a format", `"%s %s" % 1`, "2:13", "not enough arguments", "one value for each %"},
		{"a frozen value", `ctx.entered("Off").conf.port = 3`, "2:28", "can't assign to .port field", ""},
		{"a step limit", "for i in range(1000000):\n    for j in range(1000000):\n        pass", "", "step limit", "loops without end"},
		{"recursion", "def f(): f()\nf()", "", "called recursively", "for loop"},
		{"a big text", `return len("x" * 10000000000)`, "", "size limit: repeat count", "keep data small"},
		{"shared lists returned", "x = [1]\nfor i in range(60):\n    x = [x, x]\nreturn x", "1:1", "too large", ""},
		{"a function returned", "return ctx.log", "1:1", "not a value that can be kept", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := action(t, "", c.body)(t.Context(), new(log).call(nil))
			var e *spec.Error
			if !errors.As(err, &e) {
				t.Fatalf("error is %v", err)
			}
			if e.Kind != spec.Failed || !strings.Contains(e.Msg, c.msg) || !strings.Contains(e.Hint, c.hint) {
				t.Errorf("kind %q, message %q, hint %q", e.Kind, e.Msg, e.Hint)
			}
			if !strings.HasPrefix(e.At, "test/a.star:"+c.at) || strings.Contains(e.Msg, "Traceback") || strings.Contains(e.Msg, "\n") {
				t.Errorf("at %s: %s", e.At, e.Msg)
			}
		})
	}
}

func TestReturnsAreWhatWasDeclared(t *testing.T) {
	for _, c := range []struct {
		returns, body string
		want          any
		msg           string
	}{
		{`var("n", int)`, `{"n": "7"}`, map[string]any{"n": 7}, ""},
		{`var("n", int)`, `{"n": 7, "more": "x"}`, map[string]any{"n": 7, "more": "x"}, ""},
		{`var("us", list_of(url))`, `{"us": ["http://a", "http://b"]}`, map[string]any{"us": []any{"http://a", "http://b"}}, ""},
		{`var("n", int, required = False)`, `{}`, map[string]any{"n": nil}, ""},
		{`var("p", str, secret = True)`, `{"p": "hunter22"}`, map[string]any{"p": value.Secret("hunter22")}, ""},
		{`var("n", int)`, `None`, nil, "_p returned a wrong value: n is missing"},
		{`var("n", int)`, `{"m": 7}`, nil, "n is missing"},
		{`var("n", int)`, `{"n": "x"}`, nil, `n must be a whole number, is "x"`},
		{`var("n", int)`, `7`, nil, "must be a dict"},
		{`var("us", list_of(url))`, `{"us": ["http://a", "b"]}`, nil, "us[1] must be a URL"},
	} {
		l := one(t, "def _p(ctx):\n    return "+c.body+"\nlifecycle(\"L\", states = [state(\"Off\", provides = [provide(\"p\", _p, returns = ["+c.returns+"])])])")
		got, err := l.States[0].Provides[0].Do(t.Context(), new(log).call(nil))
		if c.msg == "" {
			if err != nil || !cmp.Equal(c.want, got) {
				t.Errorf("%s of %s: %v, %v", c.body, c.returns, got, err)
			}
			continue
		}
		if e := spec.AsError(err); e == nil || e.Kind != spec.Failed || !strings.Contains(e.Msg, c.msg) || e.At != "test/a.star:1:1" {
			t.Errorf("%s of %s: %v, want %q", c.body, c.returns, err, c.msg)
		}
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	do := action(t, "", "ctx.log(\"begun\")\nfor i in range(1000000):\n    for j in range(1000000):\n        pass")
	ctx, cancel := context.WithCancel(t.Context())
	var l log
	c := l.call(nil)
	c.Log = func(spec.Level, string) { cancel() }
	if _, err := do(ctx, c); spec.KindOf(err) != spec.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := do(ctx, c); spec.KindOf(err) != spec.Canceled {
		t.Errorf("cancelled before: %v", err)
	}
	ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := do(ctx, c); spec.KindOf(err) != spec.Timeout {
		t.Errorf("out of time: %v", err)
	}
}

func TestSecretsStaySecret(t *testing.T) {
	in := spec.Inputs{"r": {{"pw": value.Secret(`s3cret"pw`), "other": "plain"}}}
	requires := `require("r", var("pw", password), var("other", str))`
	for _, body := range []string{
		`ctx.log(ctx.req.r.pw)`,
		`ctx.log("is %s" % ctx.req.r.pw)`,
		`ctx.log("is %r" % ctx.req.r.pw.reveal())`,
		`ctx.log("is " + ctx.req.r.pw.reveal())`,
		`print([ctx.req.r, {"a": ctx.req.r.pw}])`,
		`ctx.log(str(ctx.req.r))`,
		`fail("wrong: " + ctx.req.r.pw.reveal())`,
		`{}[ctx.req.r.pw.reveal()]`,
		`ctx.log("x", ctx.req.r.pw.reveal())`,
		`ctx.log("x" + ctx.entered("Off").conf.key.reveal())`,
		`ctx.log("x" + ctx.req.r.pw)`,
	} {
		var l log
		_, err := action(t, requires, body)(t.Context(), l.call(in))
		said := fmt.Sprint(l.lines)
		if err != nil {
			said += spec.AsError(err).Error() + spec.HintOf(err)
		}
		if strings.Contains(said, "s3cret") || strings.Contains(said, "hunter22") {
			t.Errorf("%s: says %s", body, said)
		}
		if !strings.Contains(said, "•••") && !strings.Contains(said, "reveal()") {
			t.Errorf("%s: says %s", body, said)
		}
	}
	got, err := action(t, requires, `return [ctx.req.r.pw.reveal(), ctx.req.r.pw, ctx.req.r.pw == ctx.req.r.pw, bool(ctx.req.r.pw)]`)(t.Context(), new(log).call(in))
	if want := []any{value.Secret(`s3cret"pw`), value.Secret(`s3cret"pw`), true, true}; err != nil || !cmp.Equal(got, any(want)) {
		t.Errorf("returned: %#v, %v", got, err)
	}
}

// A message is cut only after the secrets are out of it.
func TestNoPartOfASecretIsLeftInALongMessage(t *testing.T) {
	pw := value.Secret("hunter22" + strings.Repeat("correcthorse", 10))
	for _, before := range []int{3880, 3950, 3990, 3999} {
		for _, text := range []string{"ctx.req.r.pw.reveal()", `"%s" % ctx.req.r.pw`} {
			body := fmt.Sprintf(`fail("." * %d + %s)`, before, text)
			_, err := action(t, `require("r", var("pw", password))`, body)(t.Context(), new(log).call(spec.Inputs{"r": {{"pw": pw}}}))
			if err == nil || strings.Contains(err.Error(), "hunter") || strings.Contains(err.Error(), "correct") || strings.ContainsAny(err.Error(), "\uFDD0\uFDD1") {
				t.Errorf("%s: %.40s…%s", body, err, err.Error()[max(0, len(err.Error())-150):])
			}
		}
	}
}

func TestCrossSeesTheFlagsThatExist(t *testing.T) {
	l := one(t, `
def _cross(ctx, flags):
    ctx.log("%s %s %s" % (flags.get("reload"), "reload" in flags, flags.reload))
    ctx.log("%s %s %s" % (flags.get("other"), "other" in flags, flags.other))
    ctx.log("%s" % flags.get("other", "no"))
lifecycle("L", states = [state("Off", cross = _cross)])`)
	var lg log
	c := lg.call(nil)
	c.Flags = map[string]any{"reload": true}
	if err := l.States[0].Cross(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	want := []string{"info: True True True", "info: None False None", "info: no"}
	if diff := cmp.Diff(want, lg.lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestVariablesSuggestAndValidate(t *testing.T) {
	l := one(t, `
def _suggest(ctx):
    return "www." + ctx.me.name + ".org"
def _wrong(ctx):
    return -1
def _validate(ctx, value):
    if value == "bad":
        return "it is bad"
    if value == "worse":
        fail("it is worse")
    if value == "odd":
        return False
    if value == "broken":
        return {}["x"]
def _secret(ctx, value):
    ctx.log("is " + value.reveal())
    return "not " + value.reveal()
lifecycle("L", states = [state("Off", requires = [require("r",
    var("name", hostname, suggest = _suggest), var("n", port, suggest = _wrong), var("v", str, validate = _validate),
    var("s", str, secret = True, validate = _secret))])])`)
	h := l.States[0].Hooks
	r := l.States[0].Requires[0]
	if v, _ := r.Variable("name"); !v.Suggests || v.Validates {
		t.Errorf("variable says %+v", v)
	}
	var lg log
	if got, err := h.Suggest["r/name"](t.Context(), lg.call(nil)); err != nil || got != "www.web1.org" {
		t.Errorf("suggests %v, %v", got, err)
	}
	if _, err := h.Suggest["r/n"](t.Context(), lg.call(nil)); spec.KindOf(err) != spec.Failed {
		t.Errorf("a wrong suggestion: %v", err)
	}
	for value, want := range map[any]struct {
		kind spec.Kind
		msg  string
	}{
		"good": {}, "bad": {spec.Invalid, "it is bad"}, "worse": {spec.Invalid, "it is worse"},
		"odd": {spec.Failed, "must return None or what is wrong, returned False"}, "broken": {spec.Failed, "key \"x\" not in dict"},
	} {
		err := h.Validate["r/v"](t.Context(), lg.call(nil), value)
		if want.msg == "" {
			if err != nil {
				t.Errorf("%v: %v", value, err)
			}
			continue
		}
		if e := spec.AsError(err); e == nil || e.Kind != want.kind || !strings.Contains(e.Msg, want.msg) {
			t.Errorf("%v: %v", value, err)
		}
	}
	err := h.Validate["r/s"](t.Context(), lg.call(nil), value.Secret("hunter22"))
	if said := fmt.Sprint(err, lg.lines); strings.Contains(said, "hunter22") || !strings.Contains(said, "not •••") {
		t.Errorf("says %s", said)
	}
}
