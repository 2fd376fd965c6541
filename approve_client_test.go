package main_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/internal/xmpptest"
)

// Who is to approve a deployment does it in a general XMPP client: they get a message, find the
// command at the agent, see the plan in its form, and send it. The program of who asked goes on
// at once if it waits; if it was killed meanwhile, resuming it is enough.
func TestADeploymentIsApprovedFromAnXMPPClient(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	python := need.Program(t, "/usr/bin/python3:slixmpp")
	f := startAgents(t, slowModule, []string{"anna", "bert"}, "web1")
	approve := func(name string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, python, "testdata/approve.py")
		cmd.Env = append(os.Environ(), "SERVER="+f.server.TLS, "CAFILE="+f.server.CAFile, "JID=bert@"+xmpptest.Domain, "PASSWORD=correct horse",
			"AGENT=web1@"+xmpptest.Domain, "NAME="+name)
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s\n%s", err, out, errs.String())
		}
		return string(out)
	}
	ask := func(name string) (*exec.Cmd, func() string) {
		cmd, out := f.operator("anna", 0).start("deploy", "//Back//start", "--on", "web1", "--name", name, "--approve-by", "bert@"+xmpptest.Domain, "--autofill", "--yes")
		f.operator("bert", 0).until("(?m)^"+name+" .*waits for approval", "deployments")
		return cmd, out.String
	}

	waits, said := ask("shop")
	seen := approve("shop")
	for _, want := range []string{"Approve or refuse shop", "anna@" + xmpptest.Domain, "enter A", "call On.start", "shop is approved on this host"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the client does not see %q:\n%s", want, seen)
		}
	}
	if err := waits.Wait(); err != nil || !strings.Contains(said(), "approved by bert@"+xmpptest.Domain) {
		t.Fatalf("who asked: %v\n%s", err, said())
	}

	gone, _ := ask("later")
	if err := gone.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = gone.Wait() // it was killed
	before := len(f.did())
	approve("later")
	f.operator("anna", 0).until("(?s)approved by bert@.*", "deploy", "--resume", "later", "--yes")
	if did := f.did(); len(did) <= before {
		t.Errorf("the host did %q", did)
	}
}

// Who uses the program line by line refuses and approves there.
func TestADeploymentIsApprovedLineByLine(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	f := startAgents(t, slowModule, []string{"anna", "bert"}, "web1")
	decide := func(name string, lines ...string) string {
		t.Helper()
		bert := f.operator("bert", 0)
		bert.until("(?m)^"+name+" .*waits for approval", "deployments")
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		cmd := exec.CommandContext(ctx, f.program, "tui", "--plain")
		cmd.Env = bert.env
		cmd.Stdin = strings.NewReader(strings.Join(append([]string{"deployments", name}, lines...), "\n") + "\n")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	ask := func(name string) (*exec.Cmd, func() string) {
		cmd, out := f.operator("anna", 0).start("deploy", "//Back//start", "--on", "web1", "--name", name, "--approve-by", "bert@"+xmpptest.Domain, "--autofill", "--yes")
		return cmd, out.String
	}

	refused, said := ask("early")
	decide("early", "refuse it", "not before noon")
	if err := refused.Wait(); err == nil || !strings.Contains(said(), "not before noon") {
		t.Errorf("who asked: %v\n%s", err, said())
	}
	if did := f.did(); len(did) > 0 {
		t.Errorf("the host did %q", did)
	}

	waits, said := ask("shop")
	if seen := decide("shop", "approve it", "y"); !strings.Contains(seen, "enter A") {
		t.Errorf("who approves does not see what it does:\n%s", seen)
	}
	if err := waits.Wait(); err != nil || !strings.Contains(said(), "approved by bert@"+xmpptest.Domain) {
		t.Errorf("who asked: %v\n%s", err, said())
	}
	if did := f.did(); len(did) == 0 {
		t.Error("the host did nothing")
	}
}
