package main_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/tmuxtest"
)

// tryingModule has a step that fails until a file is there, one that fails with what was answered,
// and one that waits for a file.
const tryingModule = `"""Steps that fail, and one that waits."""
def _did(ctx, what):
    ctx.host.run(["sh", "-c", "echo " + ctx.me.name + " " + what + " >> DIR/did"])

def _enter(ctx):
    ctx.host.run(["test", "-e", "DIR/disk-of-" + ctx.me.name])
    _did(ctx, "Store.On")

def _leave(ctx):
    _did(ctx, "leave Store.On")

def _start(ctx):
    _did(ctx, "Store.start")

lifecycle("Store", states = [state("Off"), state("On", enter = _enter, leave = _leave, provides = [provide("start", _start)])])

def _listen(ctx):
    if ctx.req.conf.port < 1024:
        fail("port %d is not allowed" % ctx.req.conf.port)
    _did(ctx, "Shop.On %d" % ctx.req.conf.port)

def _close(ctx):
    _did(ctx, "leave Shop.On")

def _open(ctx):
    _did(ctx, "Shop.open begins")
    ctx.host.run(["sh", "-c", "until test -e DIR/go; do sleep 0.1; done"])
    _did(ctx, "Shop.open")

lifecycle("Shop", states = [state("Off"), state("On", enter = _listen, leave = _close, requires = [
    require_external("stores", "//Store//start", nargs = "*"),
    require("conf", var("port", port, default = 80, label = "Port of the shop")),
], provides = [provide("open", _open, label = "Open the shop")])])
`

// TestAWholeDeploymentInTheTerminal is what an operator goes through on a bad day, with real agents:
// a step fails and is retried, another one fails and is given another answer, the operator leaves and
// attaches again, goes on, and takes everything back.
func TestAWholeDeploymentInTheTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	tmuxtest.Need(t)
	const soon = time.Minute // of a machine that does much else
	f := startAgents(t, tryingModule, []string{"anna"}, "lb1", "web1", "web2")
	anna := f.operator("anna", 0)
	x := tmuxtest.Start(t, tmuxtest.Options{Env: append(slices.Clone(anna.env), "PS1=ready> ", "HISTFILE=", "PROMPT_COMMAND=")}, "bash", "--norc", "--noprofile", "-i")
	press := func(key, then string) {
		t.Helper()
		x.Press(key)
		x.WaitFor(then, soon)
	}
	open := func() {
		t.Helper()
		x.WaitFor("ready>", soon)
		x.Type("clear; " + anna.program + " tui")
		press("Enter", "ARMONIC xmpp.test") // what the UI has left on the screen before says 3 hosts, too
		x.WaitFor("3 hosts", soon)
	}
	open()
	press("2", "What to deploy")
	x.Type("shop")
	x.WaitFor("enter plans //Shop//open", soon)
	press("Enter", "Host for //Shop//open")
	press("Enter", "0 of 3 hosts marked") // lb1
	x.Press("Down")
	press("Space", "1 of 3 hosts marked")
	x.Press("Down")
	press("Space", "2 of 3 hosts marked")
	press("Enter", "READY")
	write(t, filepath.Join(f.dir, "disk-of-web2"), "")
	press("p", "What will happen")
	press("R", "Run Shop.open @lb1?")

	// The disk of web1 is missing. It is put in, and the step retried.
	press("y", "WHAT YOU CAN DO")
	x.WaitFor("test ended with code 1", soon)
	write(t, filepath.Join(f.dir, "disk-of-web1"), "")
	press("R", "The host is read again first")

	// The port is refused by the shop. It is answered anew, in the same deployment.
	press("y", "port 80 is not allowed")
	press("E", "What is left is planned again")
	x.Type("/port")
	press("Enter", "1 of 6 shown")
	press("e", "> 80")
	x.Press("C-u")
	x.Type("8080")
	press("Enter", "READY")
	press("p", "What will happen")
	press("R", "Go on")
	press("y", "RUN")

	// The operator leaves while the shop opens; it goes on.
	for deadline := time.Now().Add(soon); !slices.Contains(f.did(), "lb1 Shop.open begins"); {
		if time.Now().After(deadline) {
			t.Fatalf("the shop does not open:\n%s", x.Screen())
		}
		time.Sleep(50 * time.Millisecond)
	}
	press("q", "Something is running")
	press("l", "goes on in the background")

	// It is watched from a new start, and gone on with from there.
	open()
	x.Press("4")
	x.WaitMatch("^> . shop-lb1 +run ", soon) // the row: what the shell and the fleet show names it too
	press("Enter", "RUN")
	write(t, filepath.Join(f.dir, "go"), "")
	x.WaitFor("DONE", soon)

	// Everything is taken back.
	press("B", "Take back")
	press("y", "Rolled back")
	press("q", "ready>")
	x.Type("exit")
	x.Press("Enter")
	if code := x.WaitExit(soon); code != 0 {
		t.Errorf("it ended with %d:\n%s", code, x.Screen())
	}

	got := f.did()
	slices.Sort(got[:4])
	slices.Sort(got[len(got)-2:])
	want := []string{
		"web1 Store.On", "web1 Store.start", "web2 Store.On", "web2 Store.start",
		"lb1 Shop.On 8080", "lb1 Shop.open begins", "lb1 Shop.open",
		"lb1 leave Shop.On", "web1 leave Store.On", "web2 leave Store.On",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the agents did\n%s\nrather than\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
