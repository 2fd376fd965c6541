package main_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/tmuxtest"
)

// blocks gives the fenced code blocks of a Markdown file, by language.
func blocks(t *testing.T, file string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for i, part := range strings.Split("\n"+string(text), "\n```") {
		if i%2 == 1 {
			lang, body, _ := strings.Cut(part, "\n")
			out[lang] = append(out[lang], body)
		}
	}
	return out
}

// TestReadmeCommands runs every command of the README, in order, in a folder that
// looks like a clone with the lifecycle that the README shows.
func TestReadmeCommands(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	b := blocks(t, "README.md")
	dir := publicDir(t)
	if err := os.Mkdir(filepath.Join(dir, "mods"), 0o700); err != nil {
		t.Fatal(err)
	}
	if len(b["python"]) != 1 {
		t.Fatalf("%d lifecycles in the README", len(b["python"]))
	}
	if err := os.WriteFile(filepath.Join(dir, "mods", "cache.star"), []byte(b["python"][0]), 0o600); err != nil {
		t.Fatal(err)
	}
	wants := map[string]string{
		"go build":                  "",
		"--on lb1 --hosts websites": "returned backends = http://192.0.2.13:80, http://192.0.2.14:80",
		"--hosts database":          "returned url = http://192.0.2.12:80/",
		"--save site.yaml":          "returned url = http://192.0.2.13:8080",
		"--dry-run":                 "conf.port=8080",
		"--yes -o json":             `"returns":{"url":"http://192.0.2.13:8080"}`,
		"armonic state":             "/web1/WebServer/Active",
		"provide-call":              "http://192.0.2.13:8080",
		"plot":                      "Configured",
		"module check":              "",
		"--on db1":                  "returned address = 192.0.2.11:11211",
		"--name cache":              "done: 4 of 4 steps",
		"rollback cache":            "rolled back: 4 of 4 steps",
		"deployments --lo":          "4 of 4",
		"server init":               "is ready in",
		"--check --jid":             "nothing is wrong",
		"--print-unit":              "Type=notify",
		"make demo":                 "lb1",
		"make test":                 "gotestsum",
	}
	ran := map[string]bool{}
	for line := range strings.Lines(strings.Join(b["sh"], "\n")) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		want, key := "", ""
		for k, w := range wants {
			if strings.Contains(line, k) {
				want, key = w, k
			}
		}
		if key == "" {
			t.Errorf("nothing is known of the command %q", line)
			continue
		}
		ran[key] = true
		t.Run(strings.ReplaceAll(key, " ", "_"), func(t *testing.T) {
			switch key {
			case "make demo":
				if testing.Short() { // it builds all anew: see what it would do, and do that
					shell(t, here, strings.Replace(line, "make", "make -n", 1), "bin/armonic tui --demo")
					line = build(t) + " tui --demo"
				}
				demo(t, here, line, want)
			case "make test": // this very run: see what it would do
				shell(t, here, strings.Replace(line, "make", "make -n", 1), want)
			case "go build": // from the sources, into the folder
				shell(t, here, strings.Replace(line, "-o armonic", "-o "+filepath.Join(dir, "armonic"), 1), want)
			case "server init": // beside a server that is already here
				if _, out, _ := strings.Cut(line, "--out "); out == "" || exists(filepath.Join(here, strings.Fields(out)[0])) {
					t.Errorf("%s: that is a folder of the source", line)
				}
				shell(t, dir, line+" --port "+freePort(t)+" --tls-port "+freePort(t), want)
			case "--check --jid": // where anybody may write
				shell(t, dir, line+" --state-dir "+filepath.Join(dir, "state"), want)
			default:
				if strings.Contains(line, " --demo") {
					line += " --demo-pace 10ms"
				}
				shell(t, dir, line, want)
			}
		})
	}
	for k := range wants {
		if !ran[k] {
			t.Errorf("the README does not say %q any more", k)
		}
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func shell(t *testing.T, dir, line, want string) {
	t.Helper()
	c := exec.Command("sh", "-ec", line)
	c.Dir = dir
	c.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"))
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%s\n%s\n%v, want %q", line, out, err, want)
	}
}

// demo starts the UI as a person would and quits it.
func demo(t *testing.T, dir, line, want string) {
	t.Helper()
	tmuxtest.Need(t)
	term := tmuxtest.Start(t, tmuxtest.Options{Width: 100, Height: 30, Dir: dir}, "sh", "-c", line)
	term.WaitFor(want, 5*time.Minute) // it may have to be built first
	term.Press("q")
	if code := term.WaitExit(10 * time.Second); code != 0 {
		t.Errorf("%s ended with %d", line, code)
	}
}

// TestReadmeIsShort holds the README to the length that people read.
func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n >= 200 {
		t.Errorf("the README has %d lines", n)
	}
	for _, link := range []string{"docs/armonic.svg", "docs/modules.md", "docs/cli.md", "docs/architecture.md", "docs/answers.md", "docs/quickstart.md", "docs/operations.md", "docs/protocol.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"} {
		if _, err := os.Stat(link); err != nil || !strings.Contains(string(text), link) {
			t.Errorf("%s: %v", link, err)
		}
	}
}
