package actions_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// What a command gives on a simulated host is what was said, or not known.
func TestACommandOnASimulatedHost(t *testing.T) {
	for _, c := range []struct{ body, want, fails, hint string }{
		{`return ctx.host.run(["nproc"]).stdout`, "4", "", ""},
		{`return ctx.host.run(["cat", "x"]).stdout`, "", "the stdout of cat x is not known on a simulated host", `fake(["cat", "x"], stdout = "…")`},
		{`return ctx.host.run(["cat"]).code`, "", "the code of cat is not known", "code = 0"},
		{`return ctx.host.run(["cat"]).stdot`, "", "result has no 'stdot'", "stdout"},
		{`ctx.host.run(["cat", ctx.req.r.pw]).stderr`, "", "the stderr of cat ••• is not known", `fake(["cat", "•••"]`},
		{`ctx.host.run(["false"])`, "", "false ended with code 1", ""},
		{`return "%d" % ctx.host.run(["false"], ok = [1]).code`, "1", "", ""},
	} {
		var l log
		in := l.call(spec.Inputs{"r": {{"pw": value.Secret("hunter22")}}})
		in.Me.Simulated, in.Kept = true, &lifecycle.Kept{}
		r := actions.RehearsalOf(in.Kept)
		r.Fake([]string{"nproc"}, spec.CommandResult{Stdout: "8"})
		r.Fake([]string{"nproc"}, spec.CommandResult{Stdout: "4"})
		r.Fake([]string{"false"}, spec.CommandResult{Code: 1})
		got, err := onThisHost(t, c.body)(t.Context(), in)
		if c.fails == "" && (err != nil || got != c.want) {
			t.Errorf("%s gives %v, error %v", c.body, got, err)
		}
		if c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails) || !strings.Contains(spec.HintOf(err), c.hint)) {
			t.Errorf("%s ended with %v, hint %q", c.body, err, spec.HintOf(err))
		}
		if ran := r.Ran(); len(ran) != 1 || strings.Contains(ran[0], "hunter") {
			t.Errorf("%s ran %q", c.body, ran)
		}
	}
}

// What operations changed is noted, and a file can be read.
func TestWhatWasChangedOnASimulatedHost(t *testing.T) {
	var l log
	in := l.call(nil)
	in.Me.Simulated, in.Kept = true, &lifecycle.Kept{}
	if _, err := onThisHost(t, `ctx.host.file("/etc/x", "y\n")`)(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	r := actions.RehearsalOf(in.Kept)
	if got := r.Changes(); !cmp.Equal(got, []string{"+ /etc/x (0644 root:root)"}) {
		t.Errorf("changed %q", got)
	}
	if text, ok, err := r.File("/etc/x"); text != "y\n" || !ok || err != nil {
		t.Errorf("the file is %q, %v, %v", text, ok, err)
	}
	if _, ok, err := r.File("/etc/z"); ok || err != nil {
		t.Errorf("a file that is missing is there: %v, %v", ok, err)
	}
}
