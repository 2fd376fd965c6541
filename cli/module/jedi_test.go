package module_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/internal/need"
)

const completing = `import jedi, sys
path, marks = sys.argv[1], sys.argv[2:]
script = jedi.Script(path=path, project=jedi.Project(sys.argv[1].rsplit("/", 1)[0]))
for n, line in enumerate(open(path).read().split("\n")):
    for mark in marks:
        if line.strip() == mark:
            names = [c.name for c in script.complete(n + 1, len(line)) if not c.name.startswith("__")]
            print(mark, " ".join(names))
`

// jedi, by which editors complete Python, completes what ctx has in a function, from the
// stubs and the docstring, as the manual says it.
func TestJediCompletesCtx(t *testing.T) {
	python := need.Program(t, "/usr/bin/python3:jedi")
	dir := t.TempDir()
	module := filepath.Join(dir, "wiki.star")
	write := func(marks ...string) {
		text := "def _configure(ctx):\n    \"\"\"Writes it.\n\n    :type ctx: Wiki.Configured\n    \"\"\"\n    for link in ctx.req.links:\n        link.name\n"
		for _, m := range marks {
			text += "    " + m + "\n"
		}
		text += `
lifecycle("Wiki", states = [state("Off"), state("Configured", enter = _configure, requires = [
    require("conf", var("title", str, label = "Title"), var("port", port), var("secret_key", password)),
    require("links", var("name", str), nargs = "*"),
    require_external("db", "//Mysql//add", nargs = "?", returns = [var("address", host)]),
], provides = [provide("add_page", requires = [require("page", var("text", str))])])])
lifecycle("Mysql", states = [state("Off", provides = [provide("add", lambda ctx: {"address": "h"}, returns = [var("address", host)])])])
`
		if err := os.WriteFile(module, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	var said strings.Builder
	if code := cli.Main([]string{"module", "stubs", dir}, cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: &said}); code != 0 {
		t.Fatal(said.String())
	}
	marks := []string{"ctx.req.", "ctx.req.conf.", "ctx.req.conf.p", "ctx.host.pack", "ctx.req.db.", "ctx."}
	write(marks...)
	out, err := exec.CommandContext(t.Context(), strings.Split(python, ":")[0], append([]string{"-c", completing, module}, marks...)...).CombinedOutput()
	want := "ctx.req. conf db links\nctx.req.conf. port secret_key title\nctx.req.conf.p port\nctx.host.pack packages\nctx.req.db. address host\n" +
		"ctx. entered host log me progress req\n"
	if got := string(out); err != nil || got != want {
		t.Errorf("completed is\n%s\nwant\n%s(%v)", got, want, err)
	}
	stub, err := os.ReadFile(filepath.Join(dir, "Wiki.pyi"))
	for _, line := range []string{"    secret_key: Secret\n", "    links: list[Configured_links]\n", "    db: Configured_db | None\n", "class Configured_add_page(Ctx):\n"} {
		if err != nil || !strings.Contains(string(stub), line) {
			t.Errorf("%v: there is no %q in\n%s", err, line, stub)
		}
	}
}
