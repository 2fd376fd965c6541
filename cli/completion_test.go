package cli_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/cli"
)

// completed is what a shell offers for the last of some words, and what it is to do then.
func completed(words ...string) (offers []string, directive string) {
	out, _ := printed(append([]string{"__complete"}, words...)...)
	for line := range strings.Lines(out) {
		line, _, _ = strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, ":") {
			return offers, line
		}
		offers = append(offers, line)
	}
	return offers, "none"
}

// deployed is the folder of an agent on which a deployment was made that failed half-way.
func deployed(t *testing.T) (flags []string) {
	t.Helper()
	dir := t.TempDir()
	flags = []string{"--local", "--state-dir", dir, "--module-dir", "testdata/cache.star"}
	out, code := printed(append([]string{"deploy", "//Cache//start", "--name", "my-cache", "--autofill", "--yes"}, flags...)...)
	if code != 0 {
		t.Fatalf("%d\n%s", code, out)
	}
	return flags
}

// Whatever a command takes is completed: what is known of it is offered, files only where one is
// meant, and nothing where only the person knows.
func TestEverythingIsCompleted(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ARMONIC_GROUPS", "web=web1,web2")
	world := deployed(t)
	const files, folders, nothing = ":0", ":16", ":4"
	known := []string{"HOST", "H1,H2", "FROM=TO", "PATTERN", "PATH", "LIFECYCLE", "ID", "LEVEL", "FORMAT", "FORM", "SERVICE", "NODE", "REQUIRE", "stop"}
	elsewhere := []string{ // needs more than is here: TestCompletion has them
		"armonic host add HOST", "armonic module rollback --to", "armonic module rollback NAME", "armonic module remove NAME", "armonic module doc NAME",
		"armonic approve JID", "armonic forget JID", "armonic deployments skip --task", "armonic deployments mark-done --task", "armonic help COMMAND", "armonic tui --theme", "armonic tui --glyphs",
	}
	check := func(what, word string, words ...string) {
		if slices.Contains(elsewhere, what) {
			return
		}
		first, _, _ := strings.Cut(word, "=")
		first, _, _ = strings.Cut(first, "/")
		offers, directive := completed(append(words, "")...)
		switch {
		case word == "FILE":
			if directive != files {
				t.Errorf("%s: of files it is %s", what, directive)
			}
		case word == "DIR":
			if directive != folders {
				t.Errorf("%s: of folders it is %s", what, directive)
			}
		case slices.Contains(known, word) || slices.Contains(known, first):
			if len(offers) == 0 || directive == files {
				t.Errorf("%s: nothing is offered for %s (%s)", what, word, directive)
			}
		case len(offers) > 0 || directive != nothing:
			t.Errorf("%s: for %s it offers %q (%s)", what, word, offers, directive)
		}
	}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		path := strings.Fields(c.CommandPath())[1:]
		fleet := "--demo"
		if len(path) > 1 && path[0] == "deployments" || len(path) == 1 && path[0] == "deploy" {
			fleet = "--state-dir=" + world[2]
		}
		_, word, _ := strings.Cut(c.Use, " ")
		word, _, _ = strings.Cut(strings.Trim(word, "[]."), " ")
		if !c.HasSubCommands() {
			args := append(slices.Clone(path), fleet)
			if word == "HOST" || word == "PATTERN" || word == "PATH" {
				args[len(args)-1] = "--demo"
			}
			check(c.CommandPath()+strings.TrimRight(" "+word, " "), word, args...)
		}
		flag := func(f *pflag.Flag) {
			word, _ := pflag.UnquoteUsage(f)
			if f.Value.Type() == "bool" || f.Hidden {
				return
			}
			args := append(slices.Clone(path), fleet)
			if word != "ID" {
				args[len(args)-1] = "--demo"
			}
			if _, argument, _ := strings.Cut(c.Use, " "); argument == "PATH" {
				args = append(args, "//WebSite//start")
			}
			check(c.CommandPath()+" --"+f.Name, word, append(args, "--"+f.Name)...)
		}
		c.LocalNonPersistentFlags().VisitAll(flag)
		c.PersistentFlags().VisitAll(flag)
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() && sub.Name() != "completion" {
				walk(sub)
			}
		}
	}
	walk(cli.Command(cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}))
}

// What is completed needs no host to be asked.
func TestCompletion(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"XDG_STATE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("ARMONIC_GROUPS", "web=web1,web2")
	const digest = "0123456789ab0123456789ab0123456789ab0123456789ab0123456789abcdef"
	for name, text := range map[string]string{
		".local/state/armonic/fleets/me@armonic.test.json": `{"web7@armonic.test": {"version": "0.1", "bundles": {"wiki": ["` + digest + `"]}}}`,
		".ssh/config": "Host bastion *.example.com\n  User root\nhost web8 web9\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(home, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir, broken := deployed(t)[2], filepath.Join(home, "broken.star")
	if err := os.WriteFile(broken, []byte(`def _fails(ctx): fail("it cannot")

lifecycle("Broken", states = [state("Off"), state("On", enter = _fails, provides = [provide("start", _fails)])])
`), 0o600); err != nil {
		t.Fatal(err)
	}
	failed, code := printed("deploy", "//Broken//start", "--local", "--state-dir", dir, "--module-dir", broken, "--name", "fails", "--autofill", "--yes")
	if code != 1 {
		t.Fatalf("%d\n%s", code, failed)
	}
	me := " -j me@armonic.test "
	for _, c := range []struct{ args, want string }{
		{"deployments show --state-dir " + dir + " my", "my-cache"},
		{"deploy --state-dir " + dir + " --resume my", "my-cache"},
		{"deploy --demo --on @", "@web"},
		{"deploy --demo --on web1,we", "web1,web2"},
		{"deploy --demo --hosts websites=web1,we", "websites=web1,web3"},
		{"deploy --demo --hosts web", "websites="},
		{"deploy --demo --rolling web", "websites="},
		{"deploy --demo --move lb1=we", "lb1=web2"},
		{"deploy --demo --set //WebServer//conf", "//WebServer//conf/port="},
		{"deploy --demo --choose //get_website=", "//get_website=Wordpress/Active/get_website"},
		{"deploy --demo --unmanaged //WebSite", "//WebSite//start"},
		{"provide-call --demo //WebServer//start -R conf", "conf/port="},
		{"provide-call --demo /web1/WebServer/Active/start -R conf", "conf/port="},
		{"provide-undo --demo //WebServer//start --for /web1/WebSite/Tem", "/web1/WebSite/Templated"},
		{"state-goto //WebServer/Act", "//WebServer/Active"},
		{"info --demo -J lb", "lb1"},
		{"info" + me + "-J w", "web7"},
		{"approve" + me + "w", "web7@armonic.test"},
		{"module rollback" + me + "w", "wiki"},
		{"module remove" + me + "w", "wiki"},
		{"module rollback wiki" + me + "--to 0", digest[:12]},
		{"module doc WebS", "WebServer"},
		{"module new Mine --from Ng", "Nginx"},
		{"host add root@b", "root@bastion"},
		{"host add db=ann@web", "db=ann@web9"},
		{"agentd --log de", "debug"},
		{"tui --theme da", "dark"},
		{"help exit", "exit-codes"},
		{"help server ch", "check"},
	} {
		if offers, _ := completed(strings.Fields(c.args)...); !slices.Contains(offers, c.want) {
			t.Errorf("%s offers no %s: %q", c.args, c.want, offers)
		}
	}
	tasks, _ := completed("deployments", "skip", "fails", "--state-dir", dir, "--task", "")
	if len(tasks) < 2 || !slices.ContainsFunc(tasks, func(x string) bool { return strings.HasSuffix(x, "/Broken") }) {
		t.Errorf("the tasks are %q", tasks)
	}
}
