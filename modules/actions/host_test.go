package actions_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// onThisHost is action with a machine to act on.
func onThisHost(t *testing.T, body string) func(context.Context, *lifecycle.Call) (any, error) {
	t.Helper()
	src := "def _p(ctx):\n    " + strings.ReplaceAll(body, "\n", "\n    ") + `
lifecycle("L", states = [state("Off", provides = [provide("p", _p, requires = [require("r", var("pw", password, default = "none-yet"))])])])`
	set, err := modules.Config{Machine: host.New(""), ActTime: 300 * time.Millisecond}.Load(source(map[string]string{"a.star": src}))
	if err != nil {
		t.Fatal(err)
	}
	return set.Lifecycles[0].States[0].Provides[0].Do
}

func TestRunOnTheHost(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for _, c := range []struct {
		name, body string
		want       any
		lines      []string
	}{
		{"the result", `r = ctx.host.run(["sh", "-c", "echo out; echo err >&2; exit 3"], ok = [0, 3])
return [r.code, r.stdout, r.stderr]`, []any{3, "out\n", "err\n"}, nil},
		{"the log", `ctx.host.run(["echo", "a b", 7])`, nil, []string{"info: $ echo 'a b' 7", "info: a b 7"}},
		{"settings", `return ctx.host.run(["sh", "-c", "pwd; echo $A; cat"], cwd = "/usr", env = {"A": "x"}, input = "in", timeout = 5).stdout`, "/usr\nx\nin", nil},
		{"creates", `a = ctx.host.run(["touch", "x"], cwd = "` + dir + `", creates = "x")
b = ctx.host.run(["touch", "x"], cwd = "` + dir + `", creates = "x")
return [a.skipped, b.skipped]`, []any{false, true}, []string{"info: $ touch x", "info: $ touch x", "info: not run: " + dir + "/x exists"}},
		{"unless", `return ctx.host.run(["false"], unless = ["true"]).skipped`, true, nil},
		{"a secret", `return ctx.host.run(["sh", "-c", "echo $1; cat", "sh", ctx.req.r.pw], input = ctx.req.r.pw).code`, 0,
			[]string{"warn: test/a.star:2:24: " + actions.SecretArgument, "info: $ sh -c 'echo $1; cat' sh •••", "info: •••", "info: •••"}},
		{"a secret in unless", `return ctx.host.run(["false"], unless = ["true", ctx.req.r.pw]).code`, 0,
			[]string{"warn: test/a.star:2:24: " + actions.SecretArgument, "info: $ false", "info: not run: true says that there is nothing to do"}},
		{"a secret in paths", `made = ctx.host.run(["mkdir", "sub"], cwd = "` + other + `", env = {"HOME": "/"}, ok = [0]).code
ctx.host.run(["sh", "-s"], cwd = "` + other + `/sub", input = "mkdir %s" % ctx.req.r.pw)
return [ctx.host.run(["false"], creates = "` + other + `/sub/%s" % ctx.req.r.pw).skipped,
    ctx.host.run(["sh", "-c", "basename $PWD | wc -c"], cwd = "` + other + `/sub/%s" % ctx.req.r.pw).stdout.strip()]`, []any{true, "9"}, nil},
		{"texts made of a secret", `
pw = ctx.req.r.pw
def cat(text): return ctx.host.run(["sh", "-c", "read x; test \"$x\" = \"$0\"", "want " + pw.reveal() + "!"], input = text, ok = [0, 1]).code
return [cat("want %s!\n" % pw), cat("want {}!\n".format(pw)), cat("want " + pw + "!\n"), cat(" ".join(["want", str(pw) + "!"])),
    cat("want {}!\n".format("%s" % pw).strip()), "%s" % pw == "" + pw, "%s" % pw == "x"]`, []any{0, 0, 0, 0, 0, true, false}, nil},
		{"quoted", `return ctx.host.run(["sh"], input = "test %s = hunter22 && printf %%s %s" % (ctx.req.r.pw.quote_shell(), ctx.req.r.pw.quote_sql().quote_shell()), ok = [0]).code`, 0,
			[]string{"info: $ sh", "info: '•••'"}},
		{"more time than it may compute", `return ctx.host.run(["sleep", "0.4"]).code`, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l log
			got, err := onThisHost(t, c.body)(t.Context(), l.call(spec.Inputs{"r": {{"pw": value.Secret("hunter22")}}}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if c.lines != nil && !cmp.Equal(c.lines, l.lines) {
				t.Errorf("lines are %q", l.lines)
			}
		})
	}
	if made, err := filepath.Glob(dir + "/*"); err != nil || len(made) != 1 {
		t.Errorf("made %q, %v", made, err)
	}
}

func TestRunThatFails(t *testing.T) {
	for _, c := range []struct{ body, msg, hint string }{
		{`ctx.host.run(["sh", "-c", "seq 9; exit 5"])`, "sh ended with code 5: 5 | 6 | 7 | 8 | 9", "log of the step"},
		{`ctx.host.run(["no-such-program"])`, "there is no program no-such-program", "install it"},
		{`ctx.host.run("ls -l /")`, "argv is a list", `["ls", "-l", "/"]`},
		{`ctx.host.run([])`, "argv is empty", ""},
		{`ctx.host.run(["x"], cdw = "/")`, "cdw", ""},
		{`ctx.host.run(["x", None])`, "must hold texts, not None", "str(x)"},
		{`ctx.host.run(["x"], timeout = "long")`, "number of seconds", "60"},
		{`ctx.host.run(["sleep", "9"], timeout = 0.05)`, "sleep did not end within 50ms", ""},
		{`ctx.host.rnu(["x"])`, "ctx.host has no 'rnu'", "did you mean 'run'?"},
		{"for i in range(1000000):\n    for j in range(1000):\n        pass", "limit", ""},
		{`ctx.host.run(["sh", "-c", "echo is $1; exit 1", "sh", ctx.req.r.pw])`, "is •••", ""},
	} {
		_, err := onThisHost(t, c.body)(t.Context(), new(log).call(spec.Inputs{"r": {{"pw": value.Secret("hunter22")}}}))
		e := spec.AsError(err)
		if e == nil || e.Kind != spec.Failed || !strings.Contains(e.Msg, c.msg) || !strings.Contains(e.Hint, c.hint) || !strings.HasPrefix(e.At, "test/a.star:") {
			t.Errorf("%s: %+v", c.body, e)
		}
	}
}

func TestComputingTakesOnlySoLong(t *testing.T) {
	set, err := modules.Config{ActTime: 10 * time.Millisecond}.Load(source(map[string]string{"a.star": `
def _enter(ctx):
    for i in range(1000000):
        "x".count("y")
lifecycle("L", states = [state("Off", enter = _enter)])`}))
	if err != nil {
		t.Fatal(err)
	}
	err = set.Lifecycles[0].States[0].Enter(t.Context(), new(log).call(nil))
	if e := spec.AsError(err); e == nil || !strings.HasPrefix(e.Msg, "time limit: ") || e.Hint == "" {
		t.Errorf("it ended with %+v", e)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var l log
	c := l.call(nil)
	c.Log = func(_ spec.Level, text string) {
		if text == "begun" {
			cancel()
		}
	}
	_, err := onThisHost(t, `ctx.host.run(["sh", "-c", "echo begun; sleep 100"])`)(ctx, c)
	if spec.KindOf(err) != spec.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

func TestASimulatedHostRunsNothing(t *testing.T) {
	var l log
	c := l.call(nil)
	c.Me.Simulated = true
	file := filepath.Join(t.TempDir(), "made")
	got, err := onThisHost(t, fmt.Sprintf("return ctx.host.run([\"touch\", %q]).skipped", file))(t.Context(), c)
	if err != nil || got != false || !cmp.Equal(l.lines, []string{"info: would run: touch " + file}) {
		t.Errorf("%v, %v, %q", got, err, l.lines)
	}
	if made, _ := filepath.Glob(file); made != nil {
		t.Error("it was run")
	}
}

func TestWhatIsRunIsNotedBefore(t *testing.T) {
	var l log
	c := l.call(spec.Inputs{"r": {{"pw": value.Secret("hunter22")}}})
	l.effects.err = errors.New("the disk is full")
	_, err := onThisHost(t, `ctx.host.run(["false", ctx.req.r.pw])`)(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "the disk is full") || !cmp.Equal(l.effects.begun, []string{"run false •••"}) {
		t.Errorf("noted %q, ended with %v", l.effects.begun, err)
	}
}

func TestQuestionsDoNotTouchTheHost(t *testing.T) {
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": `
def _suggest(ctx):
    return ctx.host.run(["hostname"]).stdout
lifecycle("L", states = [state("Off", requires = [require("r", var("v", str, suggest = _suggest))])])`}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = set.Lifecycles[0].States[0].Hooks.Suggest["r/v"](t.Context(), new(log).call(nil))
	if err == nil || !strings.Contains(err.Error(), "can only be used in an action") {
		t.Errorf("it ended with %v", err)
	}
}
