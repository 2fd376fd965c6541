package main_test

import (
	"strings"
	"testing"
)

// Somebody stops a deployment in another terminal than the one that carries it out, and goes on
// with it there: the first one says so, and ends.
func TestADeploymentIsStoppedInAnotherTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	f := startAgents(t, slowModule, []string{"anna"}, "lb1", "web1", "web2")
	anna := f.operator("anna", 0)
	first, out := anna.start("deploy", "//Front//start", "--name", "shop", "--on", "lb1", "--hosts", "back=web1,web2", "--autofill", "--yes")
	anna.until("running", "deployments")

	stop, said := anna.start("deployments", "stop", "shop")
	if err := stop.Wait(); err != nil {
		t.Errorf("stopping it: %v\n%s", err, said)
	}
	if err := first.Wait(); err == nil || !strings.Contains(out.String(), "somebody else goes on with the deployment") {
		t.Errorf("the first terminal: %v\n%s", err, out)
	}
	before := f.did()
	if len(before) >= 2*6+6 {
		t.Errorf("nothing was left to be stopped: %v", before)
	}
	again, said := anna.start("deploy", "--resume", "shop", "--yes")
	if err := again.Wait(); err != nil {
		t.Errorf("going on: %v\n%s", err, said)
	}
	if all := strings.Join(f.did(), "\n"); !strings.Contains(all, "lb1 Front.start") {
		t.Errorf("it is not done:\n%s", all)
	}
}
