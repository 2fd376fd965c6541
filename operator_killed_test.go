package main_test

import (
	"encoding/json"
	"math/rand/v2"
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

// An operator's program is killed at ten random moments of a deployment, and each time another
// operator goes on with it, from another machine: all is done, in batches, each step once.
func TestTheOperatorIsKilledAndOthersGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	dice := rand.New(rand.NewPCG(xmpptest.Seed(t), 5))
	hosts := []string{"lb1", "web1", "web2", "web3"}
	f := startAgents(t, slowModule, []string{"anna", "bert"}, hosts...)
	anna, bert := f.operator("anna", 0), f.operator("bert", 0)

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
		now, out = f.operator([]string{"bert", "anna"}[i%2], i+1).start("deploy", "--resume", "shop", "--yes", "-o", "json")
	}
	if err := now.Wait(); err != nil || !strings.Contains(out.String(), `"type":"result","ok":true`) {
		t.Fatalf("the last who went on: %v\n%s", err, out)
	}
	t.Logf("%d of 10 were killed before it was over", killed)

	lines := f.did()
	for i, line := range lines {
		if strings.Contains(strings.Join(lines[:i], "\n"), line) {
			t.Errorf("%s was done twice", line)
		}
	}
	if want := 3*6 + 6; len(lines) != want {
		t.Errorf("%d steps were done rather than %d:\n%s", len(lines), want, strings.Join(lines, "\n"))
	}
	if second := slices.Index(lines, "web3 Back.A"); slices.Index(lines, "web1 Back.status") > second || slices.Index(lines, "web2 Back.status") > second {
		t.Errorf("the second batch began before the first was checked:\n%s", strings.Join(lines, "\n"))
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
