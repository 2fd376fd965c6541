package packaging_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/internal/need"
)

const (
	older, newer = "0.0.8", "0.0.9"
	unit         = "armonic-agentd"
	settings     = "/etc/armonic/agent.yaml"
)

// The packages are what Debian expects; a host gets them from a signed repository, is not
// changed by them before it is configured, keeps its settings in an upgrade, which the agent
// follows, and is as before when they are purged, but for what the purge says.
func TestDebianPackages(t *testing.T) {
	need.Program(t, "lintian")
	h := hosttest.Up(t, "web1")[0]
	repo := repository(t)

	before := h.Snapshot(t)
	must(t, filepath.WalkDir(repo, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			h.Copy(t, name, "/srv/armonic"+strings.TrimPrefix(name, repo), 0o644)
		}
		return err
	}))
	h.Copy(t, filepath.Join(repo, "armonic.gpg"), "/etc/apt/keyrings/armonic.gpg", 0o644)
	h.Write(t, "/etc/apt/sources.list.d/armonic.list", "deb [signed-by=/etc/apt/keyrings/armonic.gpg] file:/srv/armonic stable main\n", 0o644)
	h.Run(t, "apt-get", "update")

	out := h.Run(t, "apt-get", "install", "-y", "--no-install-recommends", "armonic="+older, "armonic-agent="+older)
	if !strings.Contains(out, "not configured: set jid and masters in "+settings) {
		t.Errorf("it does not say what to do:\n%s", out)
	}
	is(t, h, "inactive", "disabled")
	if out := h.Run(t, "armonic", "--version"); !strings.HasPrefix(out, "armonic "+older+" ") {
		t.Errorf("it is %s", out)
	}
	for line := range strings.Lines(h.Run(t, "dpkg", "--verify", "armonic", "armonic-agent")) {
		if !strings.HasPrefix(line, "missing     /usr/share/") { // hosts for tests leave out documents
			t.Errorf("not as in the package: %s", line)
		}
	}
	if out, code, err := h.Try("armonic", "agentd", "--check"); err != nil || code == 0 || !strings.Contains(out, "jid is not set") {
		t.Errorf("as installed, agentd --check: %d (%v)\n%s", code, err, out)
	}

	// Configured, and with what people add.
	h.Write(t, settings, "jid: web1@armonic.invalid\nmasters: [master@armonic.invalid]\npassword_file: /etc/armonic/password\nserver: 127.0.0.1:1\n", 0o644)
	h.Write(t, "/etc/armonic/password", "secret\n", 0o600)
	h.Write(t, "/etc/armonic/cli.yaml", "jid: master@armonic.invalid\n", 0o644)
	h.Run(t, "systemctl", "enable", "--now", "--quiet", unit)
	is(t, h, "active", "enabled")
	h.Run(t, "test", "-s", "/var/lib/armonic/journal.db")

	h.Run(t, "apt-get", "upgrade", "-y")
	for begin := time.Now(); !strings.Contains(h.Run(t, "journalctl", "-u", unit, "-o", "cat"), "msg=started version="+newer); {
		if time.Since(begin) > 2*time.Minute {
			t.Fatalf("the agent is not the new one:\n%s", h.Run(t, "journalctl", "-u", unit, "-o", "cat"))
		}
		time.Sleep(200 * time.Millisecond)
	}
	is(t, h, "active", "enabled")
	if out := h.Run(t, "cat", settings); !strings.Contains(out, "jid: web1@armonic.invalid") {
		t.Errorf("the settings are now\n%s", out)
	}

	h.Run(t, "apt-get", "remove", "-y", "armonic", "armonic-agent")
	if out, _, _ := h.Try("systemctl", "is-active", unit); out != "inactive\n" {
		t.Errorf("removed, the agent is %s", out)
	}
	h.Run(t, "test", "-s", settings, "-a", "-s", "/var/lib/armonic/journal.db")

	out = h.Run(t, "apt-get", "purge", "-y", "armonic", "armonic-agent")
	if !strings.Contains(out, "left as it is: /etc/armonic/cli.yaml") || strings.Count(out, "left as it is") != 1 {
		t.Errorf("the purge does not say what is left:\n%s", out)
	}
	h.Run(t, "rm", "-r", "/etc/armonic/cli.yaml", "/etc/apt/sources.list.d/armonic.list", "/etc/apt/keyrings/armonic.gpg", "/srv/armonic")
	h.Run(t, "rmdir", "/etc/armonic")
	if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("after the purge the host is not as before:\n%s", strings.Join(diff, "\n"))
	}
}

// repository makes two versions of the packages, and a repository of them that is signed with
// a new key. Lintian finds no errors in them.
func repository(t *testing.T) string {
	t.Helper()
	gpg, dir := need.Program(t, "gpg"), t.TempDir()
	home := filepath.Join(dir, "gnupg")
	must(t, os.Mkdir(home, 0o700))
	t.Setenv("GNUPGHOME", home)
	t.Cleanup(func() { _ = exec.Command("gpgconf", "--kill", "gpg-agent").Run() }) // that of this folder
	run(t, gpg, "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "Test <test@armonic.invalid>", "ed25519", "sign", "never")
	repo := filepath.Join(dir, "repo")
	for _, version := range []string{older, newer} {
		makes(t, "repo", "VERSION="+version, "PACKAGES="+dir, "REPO="+repo, "KEY=test@armonic.invalid")
	}
	packages, err := filepath.Glob(filepath.Join(dir, "*_"+newer+"_*.deb"))
	if err != nil || len(packages) != 2 {
		t.Fatalf("the packages are %v (%v)", packages, err)
	}
	run(t, "lintian", append([]string{"--allow-root", "--fail-on", "error"}, packages...)...)
	return repo
}

// is compares how the unit of the agent is.
func is(t *testing.T, h *hosttest.Host, active, enabled string) {
	t.Helper()
	var got []string
	for _, what := range []string{"is-active", "is-enabled"} {
		out, _, err := h.Try("systemctl", what, unit)
		must(t, err)
		got = append(got, strings.TrimSpace(out))
	}
	if want := []string{active, enabled}; !slices.Equal(got, want) {
		t.Errorf("the unit is %v, not %v", got, want)
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
