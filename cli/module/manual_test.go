package module_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/cli/module"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/spec"
)

var update = flag.Bool("update", false, "write the manual and the stubs")

const manual, stubs, pages = "../../docs/modules.md", "../../docs/armonic.pyi", "../../docs/services"

// Each service that comes with armonic has a page, which is what armonic module doc prints,
// and a row in the list of them. -update writes both.
func TestServicesHavePages(t *testing.T) {
	set, err := modules.Config{}.Load(modules.ServicesSource())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	list := "# Services\n\nThese lifecycles come with Armonic. Each runs on Debian 12 and 13, and on Ubuntu where its page says so; what it was\n" +
		"tried on is in [the story](../story.md). `armonic module new NAME --from nginx` begins a module of your own with the text of one;\n" +
		"a lifecycle of yours that has the name of one of these takes its place.\n\n| service | |\n|---|---|\n"
	for _, l := range set.Lifecycles {
		file := strings.ToLower(l.Name) + ".md"
		want[file] = module.Page(l)
		list += fmt.Sprintf("| [%s](%s) | %s |\n", l.Name, file, l.Doc)
	}
	want["README.md"] = list
	if *update {
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(pages, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := map[string]string{}
	files, _ := filepath.Glob(pages + "/*.md")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(f)] = string(b)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/services is out of date (-should be +is), run with -update:\n%s", diff)
	}
}

// The parts of the manual between markers, and the stubs for editors, are what the
// loader's own declarations say. -update writes them.
func TestManualIsWhatTheLoaderUses(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for name, part := range map[string]string{"limits": module.Limits(), "reference": module.Reference()} {
		marked := regexp.MustCompile(`(?s)(<!-- ` + name + `:[^\n]*-->\n).*?(<!-- end -->)`)
		if !marked.MatchString(got) {
			t.Fatalf("%s has no part %s", manual, name)
		}
		got = marked.ReplaceAllStringFunc(got, func(s string) string {
			m := marked.FindStringSubmatch(s)
			return m[1] + "\n" + part + "\n" + m[2]
		})
	}
	if *update {
		if err := os.WriteFile(manual, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(stubs, []byte(module.Stubs()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("%s is out of date (-is +should be), run with -update:\n%s", manual, diff)
	}
	kept, err := os.ReadFile(stubs)
	if diff := cmp.Diff(string(kept), module.Stubs()); err != nil || diff != "" {
		t.Errorf("%s is out of date (%v), run with -update:\n%s", stubs, err, diff)
	}
}

// Every builtin that the loader knows is in the reference and in the stubs.
func TestNothingIsLeftOutOfTheReference(t *testing.T) {
	names := []string{"port", "host", "url"} // some of the types, which a table lists
	for _, s := range modules.Signatures() {
		names = append(names, s.Name)
	}
	for _, name := range names {
		if !strings.Contains(module.Reference(), "`"+name) {
			t.Errorf("the reference says nothing of %s", name)
		}
		if !regexp.MustCompile(`(?m)^(def )?` + name + `[(:]`).MatchString(module.Stubs()) {
			t.Errorf("the stubs have no %s", name)
		}
	}
}

func TestStubsArePython(t *testing.T) {
	python := need.Program(t, "python3")
	c := exec.CommandContext(t.Context(), python, "-c", "import ast, sys; ast.parse(sys.stdin.read())")
	c.Stdin = strings.NewReader(module.Stubs())
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Of each row of the table for those who come from Python, what is on the right runs,
// and what is on the left does not.
func TestManualForThoseWhoComeFromPython(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| in Python you would write |")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")[2:]
	if len(rows) < 25 {
		t.Fatalf("there are only %d rows", len(rows))
	}
	for _, row := range rows {
		cells := strings.Split(strings.ReplaceAll(strings.Trim(row, "| "), `\|`, "\x00"), " | ")
		if len(cells) != 2 {
			t.Errorf("not two cells: %s", row)
			continue
		}
		if err := tryRow(t, code(cells[1])); err != nil {
			t.Errorf("this does not run: %s\n%v", code(cells[1]), err)
		}
		if err := tryRow(t, code(cells[0])); err == nil {
			t.Errorf("this runs, and need not be in the table: %s", code(cells[0]))
		}
	}
}

// code is what a cell holds in `backquotes`, a line each.
func code(cell string) string {
	var lines []string
	for _, m := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(cell, -1) {
		lines = append(lines, strings.ReplaceAll(m[1], "\x00", "|"))
	}
	return strings.Join(lines, "\n")
}

// tryRow runs a piece of a module: a declaration or load at the top level, all else
// in a function.
func tryRow(t *testing.T, text string) error {
	t.Helper()
	top, body := "", text
	for _, begin := range []string{"load(", "lifecycle(", "def ", "@", "class ", "import ", "from "} {
		if strings.HasPrefix(text, begin) {
			top, body = text, "pass"
		}
	}
	if regexp.MustCompile(`^(var|provide)\(`).MatchString(text) {
		top, body = "x = "+text, "pass"
	}
	src := `def _start(ctx):
    pass
def ready():
    return True
` + top + `
def _go(ctx):
    name, port, xs, names, d, ok = "web", 80, [1, 2], ["a", "b"], {"a": 1}, True
    ` + strings.ReplaceAll(body, "\n", "\n    ") + `
lifecycle("Row", states = [state("Off", requires = [require("conf", var("port", int))], enter = _go)])
`
	src = strings.Replace(src, `fail("no port")`+"\n", `ok or fail("no port")`+"\n", 1) // it would, and that is right
	set, err := modules.Config{Machine: host.New("")}.Load(modules.Source{Name: "test", FS: fstest.MapFS{
		"row.star": {Data: []byte(src)}, "lib/names.star": {Data: []byte(`names = ["a"]`)}, "lib/apt.star": {Data: []byte("x = 1")},
	}})
	if err != nil {
		return err
	}
	l, ok := set.Find("Row")
	if !ok {
		return fmt.Errorf("it declares nothing")
	}
	c := &lifecycle.Call{Me: spec.Info{Host: "web1", OS: spec.OS{Name: "debian", Release: "12"}}, Inputs: spec.Inputs{"conf": {{"port": 80}}},
		Entered: func(string) (spec.Inputs, bool) { return spec.Inputs{"conf": {{"port": 80}}}, true }}
	if strings.Contains(text, "/etc/x") || strings.Contains(text, "sleep") {
		c.Me.Simulated, c.Kept = true, &lifecycle.Kept{}
		actions.RehearsalOf(c.Kept).Fake([]string{"cat", "/etc/x"}, spec.CommandResult{Stdout: "x"})
	}
	return l.States[0].Enter(t.Context(), c)
}
