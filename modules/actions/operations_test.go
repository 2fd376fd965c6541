package actions_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// One body is the preview, the change, and the second time nothing.
func TestOperationsOfAModule(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`a = ctx.host.file("%[1]s/a/conf", "port 1\n", mode = "0644")
b = ctx.host.line("%[1]s/a/conf", "port 2", match = "port .*")
c = ctx.host.file("%[1]s/key", "key " + ctx.req.r.pw)
return [a, b, c]`, dir)
	do := onThisHost(t, body)
	in := spec.Inputs{"r": {{"pw": value.Secret("hunter22")}}}

	p := &lifecycle.Preview{Host: &lifecycle.Kept{}}
	var said log
	c := said.call(in)
	c.Preview = p
	said.effects.err = errors.New("a preview begins something")
	if got, err := do(t.Context(), c); err != nil || !cmp.Equal(got, []any{true, true, true}) || len(said.lines) > 0 {
		t.Errorf("the preview gives %v, %v, says %q", got, err, said.lines)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("the preview left %v", left)
	}

	said.effects.err = nil
	c = said.call(in)
	if got, err := do(t.Context(), c); err != nil || !cmp.Equal(got, []any{true, true, true}) {
		t.Fatalf("it gives %v, %v", got, err)
	}
	text, _ := os.ReadFile(filepath.Join(dir, "a", "conf"))
	key, _ := os.ReadFile(filepath.Join(dir, "key"))
	if string(text) != "port 2\n" || string(key) != "key hunter22" {
		t.Errorf("the files are %q, %q", text, key)
	}
	noted := strings.Split(strings.ReplaceAll(strings.Join(said.effects.begun, "\n"), dir, "DIR"), "\n")
	if len(noted) != 4 || noted[0] != "DIR/a" || noted[1] != "DIR/a/conf" || noted[2] != "DIR/a/conf" {
		t.Errorf("noted %q", noted)
	}
	if all := strings.Join(said.lines, "\n"); !strings.Contains(all, "+port 2") || strings.Contains(all, "hunter22") || strings.Contains(all, "+key") {
		t.Errorf("it says\n%s", all)
	}

	do = onThisHost(t, fmt.Sprintf("return [ctx.host.line(%q, \"port 2\", match = \"port .*\"), ctx.host.file(%q, \"key \" + ctx.req.r.pw)]", dir+"/a/conf", dir+"/key"))
	said = log{}
	if got, err := do(t.Context(), said.call(in)); err != nil || !cmp.Equal(got, []any{false, false}) || len(said.lines) > 0 {
		t.Errorf("the second time it gives %v, %v, says %q", got, err, said.lines)
	}
}

// A simulated host has its own files, which all functions of an agent share.
func TestOperationsOnASimulatedHost(t *testing.T) {
	kept := &lifecycle.Kept{}
	for i, want := range []any{true, false} {
		c := new(log).call(nil)
		c.Me.Simulated, c.Kept = true, kept
		if got, err := onThisHost(t, `return ctx.host.file("/etc/nginx/nginx.conf", "x\n")`)(t.Context(), c); err != nil || got != want {
			t.Errorf("time %d: %v, %v", i+1, got, err)
		}
	}
}

func TestOperationsThatCannotBe(t *testing.T) {
	for body, want := range map[string]string{
		`ctx.host.file("x", "y")`:                                `ctx.host.file: "x" is no absolute path`,
		`ctx.host.file("/x")`:                                    "content",
		`ctx.host.file("/x", ["y"])`:                             "ctx.host.file: content must hold texts, not",
		`ctx.host.file("/x", "y", mode = "abc")`:                 `ctx.host.file: "abc" is no mode`,
		`ctx.host.link("/" + ctx.req.r.pw, "y")`:                 "ctx.host.link: a secret is in path",
		`ctx.host.directory("/proc/version/x")`:                  "/proc/version is no directory",
		`ctx.host.file("/dev/null", "y")`:                        "/dev/null is a device",
		`ctx.host.file("/srv/no-such-x", "y", owner = "nob0dy")`: `there is no user "nob0dy"`,
		`ctx.host.link("/etc/passwd", "/etc/shadow")`:            "/etc/passwd is a file, not a link",
		`ctx.host.absent("/etc")`:                                "the directory /etc is not empty",
		`ctx.host.line("/etc/passwd", "x", match = ".*")`:        "several lines that could be meant",
	} {
		_, err := onThisHost(t, body)(t.Context(), new(log).call(spec.Inputs{"r": {{"pw": value.Secret("hunter22")}}}))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

// What a program prints is not known before: a preview goes as far as it is not needed.
func TestAPreviewEndsWhereACommandDecides(t *testing.T) {
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": `
def f(ctx):
    ctx.host.file("/srv/a", "a\n")
    r = ctx.host.run(["nproc"], creates = "/nothing/here")
    ctx.host.file("/srv/b", "b\n")
    if r.stdout == "2\n":
        ctx.host.file("/srv/c", "c\n")
def g(ctx):
    ctx.host.run(["touch", "/srv/a"], creates = "/srv/a")
    ctx.host.absent("/srv/a")
lifecycle("L", states = [state("Off"), state("On", enter = f), state("Up", enter = g)])`}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	steps := []spec.Step{{Action: spec.Enter, State: "On"}, {Action: spec.Enter, State: "Up"}}
	got, err := e.Preview(t.Context(), spec.Work{Lifecycle: "L", From: []string{"Off"}, Steps: steps})
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	var what []string
	for _, c := range got[0].Changes {
		what = append(what, strings.SplitN(c.What, " (", 2)[0])
	}
	if !cmp.Equal(what, []string{"+ /srv/a", "run nproc", "+ /srv/b"}) || got[0].Why != "from here on it depends on what nproc prints" || !got[0].Unpredictable {
		t.Errorf("the first step: %q, %+v", what, got[0])
	}
	if len(got[1].Changes) > 0 || !got[1].Unpredictable || got[1].Why == "" {
		t.Errorf("the second step: %+v", got[1])
	}
}
