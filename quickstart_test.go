package main_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/need"
)

// TestQuickstart does what docs/quickstart.md says, command by command in one shell,
// and compares what is printed with what it shows. The shell has a network and processes
// of its own: the usual ports are free, and what was started ends with it.
func TestQuickstart(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a server")
	}
	need.Program(t, "prosody")
	need.Program(t, "ip")
	unshare, bash := need.Program(t, "unshare"), need.Program(t, "bash")
	need.Root(t, "the server runs as its own user")
	dir := publicDir(t)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "bin", "armonic"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	script, shown := quickstart(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, unshare, "-n", "-p", "-f", "--kill-child", bash, "-emc", "ip link set lo up\n"+script)
	c.Dir = dir
	c.Env = append(os.Environ(), "HOME="+dir, "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"))
	c.WaitDelay = 5 * time.Second
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		for _, name := range []string{"prosody.log", "web1.log"} {
			log, _ := os.ReadFile(filepath.Join(dir, name))
			t.Logf("%s:\n%s", name, log)
		}
		t.Fatalf("%v\n%s", err, out.String())
	}
	for i, part := range strings.Split(out.String(), "=====\n")[1:] {
		for _, line := range shown[i] {
			var words []string
			for _, w := range strings.Fields(line) {
				words = append(words, strings.ReplaceAll(regexp.QuoteMeta(w), "…", ".*"))
			}
			if !regexp.MustCompile(`(?m)^\s*` + strings.Join(words, `\s+`)).MatchString(part) {
				t.Errorf("%q is not in\n%s", line, part)
			}
		}
	}
}

// publicDir is a folder that everybody may enter, such as a server's own user.
func publicDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// quickstart is what the page says to do, each block after a line of =====, and what
// each is said to print.
func quickstart(t *testing.T) (script string, shown [][]string) {
	t.Helper()
	text, err := os.ReadFile("docs/quickstart.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range strings.Split("\n"+string(text), "\n```") {
		lang, body, _ := strings.Cut(part, "\n")
		switch {
		case i%2 == 0:
		case lang == "sh":
			script += fmt.Sprintf("echo =====\n%s\n", body)
			shown = append(shown, nil)
		case lang == "text":
			for line := range strings.Lines(body) {
				if line = strings.TrimSpace(line); line != "" && line != "…" {
					shown[len(shown)-1] = append(shown[len(shown)-1], line)
				}
			}
		}
	}
	if len(shown) < 6 {
		t.Fatalf("there are only %d blocks", len(shown))
	}
	return script, shown
}
