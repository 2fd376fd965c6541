package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
)

// slowModule has steps that take a while, each of which adds a line to a file.
const slowModule = `"""Steps that take a while."""
def _do(name):
    def enter(ctx):
        ctx.host.run(["sh", "-c", "echo " + ctx.me.name + " " + name + " >> DIR/did; sleep 0.4"])
    return enter

def _nothing(ctx):
    pass

def _states(name, *last):
    return [state("Off")] + [state(s, enter = _do(name + "." + s), leave = _nothing) for s in ["A", "B", "C", "D"]] + list(last)

lifecycle("Back", states = _states("Back", state("On", provides = [
    provide("start", _do("Back.start")),
    provide("status", _do("Back.status")),
])))
lifecycle("Front", states = _states("Front", state("On", requires = [require_external("back", "//Back//start", nargs = "*")],
    enter = _do("Front.On"), leave = _nothing, provides = [provide("start", _do("Front.start"))])))
`

// command is a program that an operator or an agent runs, in a folder of its own.
type command struct {
	t       *testing.T
	program string
	env     []string
}

func (c command) start(args ...string) (*exec.Cmd, *bytes.Buffer) {
	c.t.Helper()
	cmd, out := exec.Command(c.program, args...), new(bytes.Buffer)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, out, out
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd, out
}

// until runs a command until what it says matches a pattern.
func (c command) until(pattern string, args ...string) string {
	c.t.Helper()
	deadline := time.Now().Add(2 * soon)
	for {
		cmd, out := c.start(args...)
		err := cmd.Wait()
		if err == nil && regexp.MustCompile(pattern).MatchString(out.String()) {
			return out.String()
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%v never says %q: %v\n%s", args, pattern, err, out)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// An operator's program is killed at ten random moments of a deployment, and each time another
// operator goes on with it, from another machine: all is done, in batches, each step once.
func TestTheOperatorIsKilledAndOthersGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	dice := rand.New(rand.NewPCG(xmpptest.Seed(t), 5))
	program, server, dir := build(t), xmpptest.Start(t, xmpptest.Prosody), t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "mods"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mods", "slow.star"), []byte(strings.ReplaceAll(slowModule, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	hosts := []string{"lb1", "web1", "web2", "web3"}
	approve := strings.Join(hosts, "@"+xmpptest.Domain+", ") + "@" + xmpptest.Domain
	operator := func(name string, n int) command {
		home := filepath.Join(dir, fmt.Sprint(name, n))
		config := "jid: " + name + "@" + xmpptest.Domain + "\npassword: correct horse\nregister: true\napprove: [" + approve + "]\n"
		if err := os.MkdirAll(filepath.Join(home, "armonic"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, "armonic", "cli.yaml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		return command{t, program, append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "ARMONIC_SERVER="+server.TLS, "ARMONIC_CA_FILE="+server.CAFile)}
	}
	anna, bert := operator("anna", 0), operator("bert", 0)
	anna.until("", "list")
	bert.until("", "list")
	for _, h := range hosts {
		agent := command{t, program, append(os.Environ(), "HOME="+dir, "ARMONIC_SERVER="+server.TLS, "ARMONIC_CA_FILE="+server.CAFile)}
		cmd, out := agent.start("agentd", "-j", h+"@"+xmpptest.Domain, "--state-dir", filepath.Join(dir, h), "--password", "sesame", "--register",
			"--module-dir", filepath.Join(dir, "mods"), "--master", "anna@"+xmpptest.Domain, "--master", "bert@"+xmpptest.Domain)
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			if t.Failed() {
				t.Logf("the agent of %s: %s", h, out)
			}
		})
	}
	for _, h := range hosts {
		anna.until("(?m)^"+h+" +on", "list", "-J", h)
		bert.until("(?m)^"+h+" +on", "list", "-J", h)
	}

	now, out := anna.start("deploy", "//Front//start", "--name", "shop", "--on", "lb1", "--hosts", "back=web1,web2,web3", "--rolling", "back=2,check=status", "--autofill", "--yes", "-o", "json")
	bert.until("shop", "deployments")
	killed := 0
	for i := range 10 {
		time.Sleep(time.Duration(dice.IntN(900)) * time.Millisecond)
		if err := now.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := now.Wait(); err != nil {
			killed++
		}
		now, out = operator([]string{"bert", "anna"}[i%2], i+1).start("deploy", "--resume", "shop", "--yes", "-o", "json")
	}
	if err := now.Wait(); err != nil || !strings.Contains(out.String(), `"type":"result","ok":true`) {
		t.Fatalf("the last who went on: %v\n%s", err, out)
	}
	t.Logf("%d of 10 were killed before it was over", killed)

	did, err := os.ReadFile(filepath.Join(dir, "did"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(did)), "\n")
	for i, line := range lines {
		if strings.Contains(strings.Join(lines[:i], "\n"), line) {
			t.Errorf("%s was done twice", line)
		}
	}
	if want := 3*6 + 6; len(lines) != want {
		t.Errorf("%d steps were done rather than %d:\n%s", len(lines), want, did)
	}
	if second := slices.Index(lines, "web3 Back.A"); slices.Index(lines, "web1 Back.status") > second || slices.Index(lines, "web2 Back.status") > second {
		t.Errorf("the second batch began before the first was checked:\n%s", did)
	}
	steps := map[string]int{}
	for _, h := range hosts {
		var all []struct{ Action, Path string }
		if err := json.Unmarshal([]byte(bert.until("", "history", "-J", h, "-o", "json")), &all); err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			steps[x.Action+" "+x.Path]++
		}
	}
	for step, n := range steps {
		if n != 1 {
			t.Errorf("the history has %s %d times", step, n)
		}
	}
	if want := 3*7 + 6; len(steps) != want {
		t.Errorf("the histories have %d steps rather than %d: %v", len(steps), want, steps)
	}
}
