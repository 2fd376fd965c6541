package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
)

// agents are real ones, each a process, over a real server; and their operators, of whom each has
// a machine of their own.
type agents struct {
	t       *testing.T
	program string
	server  *xmpptest.Server
	dir     string // DIR in the text of the module
	hosts   []string
}

// startAgents starts agents with a module, and waits until all operators see them.
func startAgents(t *testing.T, module string, operators []string, hosts ...string) *agents {
	t.Helper()
	f := &agents{t, build(t), xmpptest.Start(t, xmpptest.Prosody), t.TempDir(), hosts}
	write(t, filepath.Join(f.dir, "mods", "module.star"), strings.ReplaceAll(module, "DIR", f.dir))
	args := []string{"--password", "sesame", "--register", "--module-dir", filepath.Join(f.dir, "mods")}
	for _, name := range operators {
		f.operator(name, 0).until("", "list")
		args = append(args, "--master", name+"@"+xmpptest.Domain)
	}
	for _, h := range hosts {
		c := command{t, f.program, f.env(f.dir)}
		cmd, out := c.start(append([]string{"agentd", "-j", h + "@" + xmpptest.Domain, "--state-dir", filepath.Join(f.dir, h)}, args...)...)
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			if t.Failed() {
				t.Logf("the agent of %s: %s", h, out)
			}
		})
	}
	for _, h := range hosts {
		for _, name := range operators {
			f.operator(name, 0).until("(?m)^"+h+" +on", "list", "-J", h)
		}
	}
	return f
}

func (f *agents) env(home string) []string {
	return append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "ARMONIC_SERVER="+f.server.TLS, "ARMONIC_CA_FILE="+f.server.CAFile)
}

// operator is the program as somebody runs it on their n-th machine.
func (f *agents) operator(name string, n int) command {
	f.t.Helper()
	home := filepath.Join(f.dir, fmt.Sprint(name, n))
	approve := strings.Join(f.hosts, "@"+xmpptest.Domain+", ") + "@" + xmpptest.Domain
	write(f.t, filepath.Join(home, "armonic", "cli.yaml"), "jid: "+name+"@"+xmpptest.Domain+"\npassword: correct horse\nregister: true\napprove: ["+approve+"]\n")
	return command{f.t, f.program, f.env(home)}
}

// did is what the steps have written, a line each.
func (f *agents) did() []string {
	f.t.Helper()
	text, err := os.ReadFile(filepath.Join(f.dir, "did"))
	if err != nil && !os.IsNotExist(err) {
		f.t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

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

// write writes a file, and makes its folder.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
