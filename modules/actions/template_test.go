package actions_test

import (
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

// beside is onThisHost with files beside the module, and a library.
func beside(t *testing.T, body string) func(*lifecycle.Call) (any, error) {
	t.Helper()
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{
		"a.star": "load(\"//lib/l.star\", \"put\", \"put_own\")\ndef _p(ctx):\n    " + strings.ReplaceAll(body, "\n", "\n    ") + `
lifecycle("L", states = [state("Off", provides = [provide("p", _p, requires = [require("r", var("pw", password, default = "none-yet"), var("port", port, default = 80))])])])`,
		"lib/l.star":       "def put(ctx, path, src): return ctx.host.file(path, src = src)\ndef put_own(ctx, path): return ctx.host.file(path, src = \"files/own\")",
		"lib/files/own":    "of the library\n",
		"files/motd":       "hello\n",
		"files/binary":     "\x00\xff",
		"files/x/wiki.ini": "[wiki]\nport = {{ port }}\n",
		"other/files/far":  "far",
		"files/large":      strings.Repeat("x", 1<<20+1),
		"files/bad.j2":     "\n{{ prot }}\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	do := set.Lifecycles[0].States[0].Provides[0].Do
	return func(c *lifecycle.Call) (any, error) { return do(t.Context(), c) }
}

func TestTemplatesAndFilesBesideTheModule(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ body, want string }{
		{`ctx.host.template("%s", "port {{ port }}\n", ctx.req.r)`, "port 80\n"},
		{`ctx.host.template("%s", "{{ r.port }} {{ x }}\n", ctx.req, {"x": [1, None]})`, "80 [1, ]\n"},
		{`ctx.host.template("%s", "{{ port }}", ctx.req.r, {"port": 81})`, "81"},
		{`ctx.host.template("%s", "no values\n", mode = "0600")`, "no values\n"},
		{`ctx.host.template("%s", ctx.req.r, src = "files/x/wiki.ini", mode = "0640")`, "[wiki]\nport = 80\n"},
		{`ctx.host.template("%s", "pw {{ pw }} {{ pw|upper }}", ctx.req.r)`, "pw {{7*7}}hunter {{7*7}}HUNTER"},
		{`ctx.host.template("%s", "pw %%s {{ port }}" %% ctx.req.r.pw, ctx.req.r)`, "pw {{7*7}}hunter 80"},
		{`ctx.host.template("%s", "{{ q }}", {"q": ctx.req.r.pw.quote_shell()})`, "'{{7*7}}hunter'"},
		{`ctx.host.file("%s", src = "files/motd")`, "hello\n"},
		{`ctx.host.file("%s", src = "files/binary", mode = "0600")`, "\x00\xff"},
		{`put(ctx, "%s", "files/motd")`, "hello\n"},
		{`put_own(ctx, "%s")`, "of the library\n"},
	} {
		path := filepath.Join(dir, fmt.Sprint(i))
		body := strings.Replace(fmt.Sprintf("return "+c.body, path), "%%", "%", 1)
		do := beside(t, body)
		in := spec.Inputs{"r": {{"pw": value.Secret("{{7*7}}hunter"), "port": 80}}}
		for _, changed := range []bool{true, false} {
			var said log
			if got, err := do(said.call(in)); err != nil || got != changed {
				t.Errorf("%s: %v, %v", body, got, err)
			}
			if all := strings.ToLower(strings.Join(said.lines, "\n")); strings.Contains(all, "hunter") {
				t.Errorf("%s: it says\n%s", body, all)
			}
		}
		if got, _ := os.ReadFile(path); string(got) != c.want {
			t.Errorf("%s: %q, want %q", body, got, c.want)
		}
	}
}

// A unit, too, may lie beside the module.
func TestAUnitBesideTheModule(t *testing.T) {
	c := new(log).call(nil)
	c.Me.Simulated, c.Kept = true, &lifecycle.Kept{}
	if got, err := beside(t, `return ctx.host.unit("wiki.service", src = "files/motd")`)(c); err != nil || got != true {
		t.Errorf("%v, %v", got, err)
	}
}

// A difference is shown as long as no secret is in what is written, in whatever form.
func TestWhatAPreviewShowsOfTemplates(t *testing.T) {
	for _, c := range []struct {
		text string
		diff bool
	}{
		{"port {{ port }}", true},
		{"pw {{ pw }}", false},
		{"pw {{ pw|upper }}", false},
		{"pw {{ pw[:3] }}", false},
		{"long {{ pw|length }}", false},
		{"{% if pw == 'hunter22' %}yes{% endif %}", false},
		{"{% if pw %}asks{% endif %}", true},
	} {
		c1 := new(log).call(spec.Inputs{"r": {{"pw": value.Secret("hunter22"), "port": 80}}})
		c1.Me.Simulated, c1.Kept = true, &lifecycle.Kept{}
		var said []string
		c1.Log = func(_ spec.Level, text string) { said = append(said, text) }
		if _, err := beside(t, fmt.Sprintf("return ctx.host.template(\"/etc/x\", %q, ctx.req.r)", c.text))(c1); err != nil {
			t.Fatal(err)
		}
		if shown := len(said) > 1; shown != c.diff || strings.Contains(strings.ToLower(strings.Join(said, " ")), "hun") {
			t.Errorf("%s: %q", c.text, said)
		}
	}
}

func TestTemplatesThatCannotBe(t *testing.T) {
	for _, c := range []struct{ body, msg, hint string }{
		{`ctx.host.template("/x", "{{ prot }}", ctx.req.r)`, `ctx.host.template: the template, line 1: there is no value "prot"`, "did you mean 'port'?"},
		{`ctx.host.template("/x", ctx.req.r, src = "files/bad.j2")`, `files/bad.j2, line 2: there is no value "prot"`, "port"},
		{`ctx.host.template("/x")`, "a text or src must be given", "src"},
		{`ctx.host.template()`, "the path is missing", ""},
		{`ctx.host.template("/x", "a", src = "files/" + "motd")`, "both given", ""},
		{`ctx.host.template("/x", "a", 5)`, "must be dicts or structs, not 5", ""},
		{`ctx.host.template("/x", "a", {1: 2})`, "keys of a dict must be texts", ""},
		{`ctx.host.template("/x", "a", {"f": len})`, "not a value that can be kept", ""},
		{`ctx.host.template("x", "a")`, "ctx.host.template: \"x\" is no absolute path", ""},
		{`ctx.host.template("/x", "a", mod = "0600")`, "mod", ""},
		{`ctx.host.template("/x", "{{ pw|int + nope }}", ctx.req.r)`, `"nope"`, ""},
		{`ctx.host.template("/x", ctx.req.r, src = "files/" + "binary")`, "not UTF-8", ""},
		{`ctx.host.file("/x")`, "content or src must be given", ""},
		{`ctx.host.file("/x", "a", src = "files/" + "motd")`, "content and src are both given", ""},
		{`ctx.host.file("/x", src = "files/" + "mtd")`, "no file files/mtd beside the module", "did you mean 'files/motd'?"},
		{`ctx.host.file("/x", src = "motd" + "")`, "no file motd", `src = "files/motd"`},
		{`ctx.host.file("/x", src = "../" + "files/motd")`, "no file ../files/motd", ""},
		{`ctx.host.file("/x", src = "files/../" + "a.star")`, "no file", ""},
		{`ctx.host.file("/x", src = "/etc/" + "passwd")`, "no file", ""},
		{`ctx.host.file("/x", src = "other/files/" + "far")`, "no file", ""},
		{`ctx.host.file("/x", src = "files/" + "large")`, "larger than 1024 KiB", ""},
		{`ctx.host.file("/x", src = 5)`, "must be the name of a file", ""},
		{`ctx.host.line("/x", "a", src = "files/" + "motd")`, "src", ""},
	} {
		_, err := beside(t, c.body)(new(log).call(spec.Inputs{"r": {{"pw": value.Secret("hunter22"), "port": 80}}}))
		e := spec.AsError(err)
		if e == nil || e.Kind != spec.Failed || !strings.Contains(e.Msg, c.msg) || !strings.Contains(e.Hint, c.hint) || strings.Contains(e.Msg, "hunter22") || !strings.HasPrefix(e.At, "test/a.star:") {
			t.Errorf("%s: %+v", c.body, e)
		}
	}
}

func TestFactsOfASimulatedHost(t *testing.T) {
	c := new(log).call(nil)
	c.Me.Simulated = true
	got, err := onThisHost(t, `f = ctx.host.facts()
return [f.cpus, f.memory, f.interfaces[0].name, f.interfaces[0].addresses, f.disks[0].size, f.fqdn, f.virtualization, f.architecture]`)(t.Context(), c)
	if want := []any{2, 4 << 30, "eth0", []any{"10.0.0.1"}, 20 << 30, "web1", "kvm", "amd64"}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

// A suggestion may ask what the host is.
func TestASuggestionKnowsTheHost(t *testing.T) {
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": `
def _suggest(ctx):
    return ctx.host.facts().cpus
lifecycle("L", states = [state("Off", requires = [require("r", var("v", int, suggest = _suggest))])])`}))
	if err != nil {
		t.Fatal(err)
	}
	got, err := set.Lifecycles[0].States[0].Hooks.Suggest["r/v"](t.Context(), new(log).call(nil))
	if n, ok := got.(int); err != nil || !ok || n < 1 {
		t.Errorf("%v, %v", got, err)
	}
}
