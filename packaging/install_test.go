package packaging_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli"
)

// makes runs make in the root of the module.
func makes(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", append([]string{"--no-print-directory", "-C", ".."}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("make %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// newest is the version at the top of the changelog.
func newest(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^## \[([0-9.]+)\]`).FindSubmatch(text)
	if m == nil {
		t.Fatal("CHANGELOG.md has no version")
	}
	return string(m[1])
}

// What is installed is the program with the version of the changelog, a manual page for each
// command, and completions.
func TestMakeInstall(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	dir := t.TempDir()
	makes(t, "install", "DESTDIR="+dir, "PREFIX=/usr", "BIN="+filepath.Join(t.TempDir(), "armonic"))

	out, err := exec.CommandContext(t.Context(), dir+"/usr/bin/armonic", "version", "-o", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var said struct{ Version string }
	if err := json.Unmarshal(out, &said); err != nil || said.Version != newest(t) {
		t.Errorf("it says %s, and the changelog %s", out, newest(t))
	}

	files := []string{"share/bash-completion/completions/armonic", "share/zsh/vendor-completions/_armonic",
		"share/fish/vendor_completions.d/armonic.fish", "share/doc/armonic/cli.md", "share/doc/armonic/services/README.md"}
	var pages func(c *cobra.Command)
	pages = func(c *cobra.Command) {
		if !c.IsAvailableCommand() {
			return
		}
		files = append(files, "share/man/man1/"+strings.ReplaceAll(c.CommandPath(), " ", "-")+".1.gz")
		for _, sub := range c.Commands() {
			pages(sub)
		}
	}
	pages(cli.Command(cli.Streams{}))
	for _, f := range files {
		if info, err := os.Stat(filepath.Join(dir, "usr", f)); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty: %v", f, err)
		}
	}
	if bash, err := exec.LookPath("bash"); err == nil {
		if out, err := exec.CommandContext(t.Context(), bash, "-n", filepath.Join(dir, "usr", files[0])).CombinedOutput(); err != nil {
			t.Errorf("bash cannot read its completions: %v\n%s", err, out)
		}
	}
}
