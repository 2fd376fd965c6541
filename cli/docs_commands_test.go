package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/internal/xmpptest"
)

// commandBlocks are the blocks of commands in a page, each with what its fence says.
func commandBlocks(t *testing.T, page string) (blocks [][2]string) {
	t.Helper()
	text, err := os.ReadFile("../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)\n```sh *([^\n]*)\n(.*?)\n```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, [2]string{m[1], m[2]})
	}
	return blocks
}

// TestCommandsOfDocumentsAreRun holds each page to what docs/README.md says: its commands are run by a
// test, or it says where the block begins why not.
func TestCommandsOfDocumentsAreRun(t *testing.T) {
	runBy := map[string]string{
		"answers.md": "TestManualShowsWhatIsPrinted", "cli.md": "TestManualShowsWhatIsPrinted", "modules.md": "TestManualOfModules",
		"operations.md": "TestCommandsOfOperations", "quickstart.md": "TestQuickstart", "story.md": "TestStory", "web.md": "TestADeploymentOnAPhone",
	}
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		name := filepath.Base(page)
		blocks := commandBlocks(t, name)
		if len(blocks) > 0 && runBy[name] == "" {
			t.Errorf("nothing runs the commands of %s", name)
		}
		for _, b := range blocks {
			if !slices.Contains([]string{"", "as=root", "as=hosts", "as=person", "exits=1", "continues"}, b[0]) {
				t.Errorf("%s: what is %q?", name, b[0])
			}
			for line := range strings.Lines(b[1]) {
				line, _, _ = strings.Cut(strings.TrimSpace(line), " > ")
				line, _, _ = strings.Cut(line, " 2> ")
				if !strings.HasPrefix(line, "armonic ") {
					continue
				}
				if err := cli.Parse(words(line)[1:]); err != nil {
					t.Errorf("%s: %s: %v", name, line, err)
				}
			}
		}
		delete(runBy, name)
	}
	for name := range runBy {
		t.Errorf("there is no page %s", name)
	}
}

// TestDocumentsAreListed holds docs/README.md to what there is.
func TestDocumentsAreListed(t *testing.T) {
	text, err := os.ReadFile("../docs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat("../docs/" + m[1]); err != nil {
			t.Errorf("there is no %s", m[1])
		}
	}
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) < 8 {
		t.Fatalf("%v, %v", pages, err)
	}
	for _, page := range pages {
		if name := filepath.Base(page); name != "README.md" && strings.Count(string(text), "]("+name+")") != 1 {
			t.Errorf("docs/README.md does not list %s once", name)
		}
	}
}

// TestCommandsOfOperations runs the commands of docs/operations.md in order, on a server with agents
// that pretend: what is there at first is said here, and so is what somebody does in between.
func TestCommandsOfOperations(t *testing.T) {
	const agent = "exec armonic agentd -j HOST@$DOMAIN --password sesame --master master@$DOMAIN --simulation --state-dir HOST --module-dir mods &HOST&\n" +
		"until 20 '^HOST +on' armonic list -J HOST\n"
	var script strings.Builder
	script.WriteString("exec armonic list --register\n")
	for _, h := range []string{"web1", "web2", "db1"} {
		script.WriteString(strings.ReplaceAll(agent, "HOST", h))
	}
	before := map[string]string{ // what somebody did before a command
		"armonic state-goto //WebServer/NotInstalled": "exec armonic state-goto //WebSite/NotInstalled -J web1 --yes\n",
		"armonic provide-undo":                        "exec armonic deploy //Wiki//start --on web1 --hosts db=db1 --autofill --yes\nexec armonic state-goto //Wiki/Off -J web1 --keep-provides --yes\n",
		"armonic deployments show":                    "exec armonic deploy //WebServer//start --on web2 --name shop --autofill --yes\n",
	}
	ran := 0
	for _, b := range commandBlocks(t, "operations.md") {
		if b[0] != "" {
			continue
		}
		for line := range strings.Lines(b[1]) {
			line = strings.TrimSpace(line)
			for begin, what := range before {
				if strings.HasPrefix(line, begin) {
					script.WriteString(what)
					delete(before, begin)
				}
			}
			if strings.HasPrefix(line, "armonic state-goto") && !strings.Contains(line, "--dry-run") {
				line += " --yes" // nobody is there to be asked
			}
			script.WriteString("exec " + line + "\n")
			ran++
		}
	}
	if ran < 15 || len(before) > 0 {
		t.Fatalf("only %d commands are run; not there are %v", ran, before)
	}
	for _, h := range []string{"web1", "web2", "db1"} {
		script.WriteString("kill -INT " + h + "\nwait " + h + "\n")
	}
	file := filepath.Join(t.TempDir(), "operations.txtar")
	archive := txtar.Archive{Comment: []byte(script.String()), Files: []txtar.File{
		{Name: ".config/armonic/cli.yaml", Data: []byte("jid: master@xmpp.test\npassword: correct horse\napprove: [web1@xmpp.test, web2@xmpp.test, db1@xmpp.test]\n")},
		{Name: "mods/wiki.star", Data: []byte(`def _go(ctx): return {}

lifecycle("Mysql", states = [state("Off"), state("Active", provides = [provide("create_database", _go)])])
lifecycle("Wiki", states = [state("Off"), state("Configured", requires = [require_external("db", "//Mysql//create_database")], provides = [provide("start", _go)])])
`)}}}
	if err := os.WriteFile(file, txtar.Format(&archive), 0o600); err != nil {
		t.Fatal(err)
	}
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) { t.Helper(); live(t, xmpptest.Start(t, k), file) })
}
