package upgrade_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hostfleet"
	"github.com/armonic/armonic/internal/hosttest"
)

// slow takes some seconds to enter On, and Front needs it on several hosts, one after the other's
// tasks. Each notes what it did.
const slow = `def _note(ctx, text):
    ctx.host.run(["sh", "-c", "echo " + text + " >> /var/tmp/did"])

def _slow(ctx):
    _note(ctx, "slow")
    ctx.host.run(["sleep", "8"])

def _front(ctx):
    _note(ctx, "front")
    ctx.host.run(["sleep", "2"])

def _call(ctx):
    _note(ctx, "call")
    return {}

lifecycle("Slow", states = [state("Off"), state("On", enter = _slow, provides = [provide("go", _call)])])
lifecycle("Front", states = [
    state("Off"),
    state("On", enter = _front, requires = [require_external("backs", "//Slow//go", nargs = "*")], provides = [provide("start", _call)]),
])
`

// broken is a program that runs, and is no agent.
const broken = `package main

func main() { println("armonic 0.0.10") }
`

// Agents of real hosts take a program that their operator signed while a deployment runs: they
// finish the run that they execute before, go on where a connection broke, and nothing is done twice.
// They are back with the old program if the new one does not answer.
func TestAgentsOfHostsAreUpgraded(t *testing.T) {
	hosts := hosttest.Up(t, "web1", "web2")
	f := hostfleet.New(t, hosts)
	mods := t.TempDir()
	must(t, os.WriteFile(filepath.Join(mods, "slow.star"), []byte(slow), 0o600))
	out, err := f.Cmd("agent", "key").Output()
	must(t, err)
	f.More = "upgrade_keys: [" + strings.TrimSpace(string(out)) + "]\n"
	f.Start(t, mods)

	program := filepath.Join(t.TempDir(), "armonic")
	build(t, "-ldflags=-s -w -X github.com/armonic/armonic/cli/inprocess.number=0.0.9", "-o", program, "github.com/armonic/armonic")

	other := filepath.Join(t.TempDir(), "other.key")
	f.Command(t, "agent", "key", "--key", other)
	if out, code := f.Try(t, "agent", "upgrade", "-J", "*", "--program", program, "--key", other); code != 1 || strings.Count(out, "it is not signed with a key of upgrade_keys") != 2 {
		t.Errorf("signed by a stranger: %d\n%s", code, out)
	}

	run := f.Cmd("deploy", "//Front//start", "--on", "web1", "--hosts", "backs=web1,web2", "--autofill", "--yes")
	var said strings.Builder
	run.Stdout, run.Stderr = &said, &said
	must(t, run.Start())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the deployment:\n%s", &said)
		}
	})
	wait(t, "both execute runs", func() bool { return strings.Count(f.Command(t, "list", "-o", "json"), `"busy":`) == 2 })
	cut := make(chan struct{})
	go func() { // while the program is on its way, or a moment later
		defer close(cut)
		for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(10 * time.Millisecond) {
			if _, code, _ := hosts[1].Try("sh", "-c", "ls /var/lib/armonic/upgrade/*.part"); code == 0 {
				break
			}
		}
		hosts[1].Cut(t)
		time.Sleep(2 * time.Second)
		hosts[1].Heal(t)
	}()
	f.Command(t, "agent", "upgrade", "-J", "*", "--program", program)
	<-cut
	if err := run.Wait(); err != nil {
		t.Errorf("the deployment: %v\n%s", err, &said)
	}
	versions(t, f, "0.0.9", "0.0.9")
	for i, want := range []string{"slow call front call", "slow call"} {
		if did := strings.Join(strings.Fields(hosts[i].Run(t, "cat", "/var/tmp/did")), " "); did != want {
			t.Errorf("%s did %s, not %s", hosts[i].Name, did, want)
		}
	}
	if out := f.Command(t, "agent", "upgrade", "-J", "*", "--program", program, "-o", "json"); strings.Count(out, `"changed":false`) != 2 {
		t.Errorf("again:\n%s", out)
	}

	source := filepath.Join(t.TempDir(), "main.go")
	must(t, os.WriteFile(source, []byte(broken), 0o600))
	bad := filepath.Join(t.TempDir(), "bad")
	build(t, "-o", bad, source)
	if out, code := f.Try(t, "agent", "upgrade", "-J", "web*", "--serial", "1", "--program", bad); code != 1 ||
		!strings.Contains(out, "web1: the old program is back: it ended 3 times by itself") || !strings.Contains(out, "1 host was not begun") {
		t.Errorf("a program that is no agent: %d\n%s", code, out)
	}
	versions(t, f, "0.0.9", "0.0.9")
	f.Command(t, "state-goto", "//Front/Off", "-J", "web1", "--yes")
	f.Command(t, "state-goto", "//Slow/Off", "-J", "web1", "--yes")
	powerCut(t, f, hosts[0])
	for _, h := range hosts {
		if out := h.Run(t, "find", "/var/lib/armonic/upgrade", "-type", "f", "!", "-name", "failed.json"); out != "" {
			t.Errorf("left on %s:\n%s", h.Name, out)
		}
	}
}

// powerCut leaves a host as it is if its power fails just after a new program was started, and nobody
// gives the command again. The agent goes on by itself when it is connected.
func powerCut(t *testing.T, f *hostfleet.Fleet, h *hosttest.Host) {
	t.Helper()
	h.Run(t, "systemctl", "kill", "--signal=KILL", "armonic-agentd")
	h.Run(t, "systemctl", "stop", "armonic-agentd")
	program := hosttest.Build(t, "github.com/armonic/armonic")
	digest := strings.Fields(strings.TrimSpace(sha256sum(t, program)))[0]
	h.Run(t, "sh", "-c", "cp /usr/local/bin/armonic /var/lib/armonic/upgrade/old; cp /var/lib/armonic/journal.db /var/lib/armonic/upgrade/journal.db")
	h.Copy(t, program, "/usr/local/bin/armonic", 0o755)
	h.Write(t, "/var/lib/armonic/upgrade/switch.json", `{"digest":"`+digest+`","program":"/usr/local/bin/armonic"}`, 0o600)
	h.Kill(t)
	h.Start(t)
	wait(t, "the switch is done", func() bool {
		_, code, _ := h.Try("sh", "-c", "! test -e /var/lib/armonic/upgrade/switch.json && ! test -e /var/lib/armonic/upgrade/old")
		return code == 0
	})
	versions(t, f, "devel", "0.0.9")
	f.Command(t, "state-goto", "//Slow/On", "-J", "web1", "--yes")
	f.Command(t, "state-goto", "//Slow/Off", "-J", "web1", "--yes")
}

func sha256sum(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sha256sum", file).Output()
	must(t, err)
	return string(out)
}

// versions compares what the agents say that they are.
func versions(t *testing.T, f *hostfleet.Fleet, want ...string) {
	t.Helper()
	var infos []struct{ Version string }
	text := f.Command(t, "info", "-o", "json")
	must(t, json.Unmarshal([]byte(text), &infos))
	for i, w := range want {
		if len(infos) != len(want) || infos[i].Version != w {
			t.Fatalf("the agents are not %v:\n%s", want, text)
		}
	}
}

func build(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"build"}, args...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
}

func wait(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begin := time.Now(); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatalf("not so: %s", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
