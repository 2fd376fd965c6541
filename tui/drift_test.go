package tui_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
)

// editedFleet is a fleet on whose web1 somebody edits a file of WebServer, until that is
// entered again.
type editedFleet struct {
	*fakeFleet
	edited chan bool // holds whether it is
	state  string
}

type editedAgent struct {
	spec.Agent
	f *editedFleet
}

func (f *editedFleet) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.fakeFleet.Agent(h)
	if h == "web1" && err == nil {
		return editedAgent{a, f}, nil
	}
	return a, err
}

func (f *editedFleet) set(edited bool) {
	<-f.edited
	f.edited <- edited
}

func (a editedAgent) Drift(context.Context, string) (spec.Drift, error) {
	edited := <-a.f.edited
	a.f.edited <- edited
	out := spec.Drift{Looked: 3}
	if edited {
		out.Findings = []spec.EffectFinding{{Path: spec.Path("/web1/WebServer/" + a.f.state + "/enter"), State: spec.EffectOther, Effect: spec.Effect{Key: "file /etc/web.conf"},
			Now: "a file of 11 bytes", Diff: "--- left\n+++ now\n@@ -1 +1 @@\n-port 80\n+port 8080\n"}}
	}
	return out, nil
}

func (a editedAgent) Start(ctx context.Context, r spec.Run) error {
	for _, s := range r.Steps {
		if s.Again && s.State == a.f.state {
			a.f.set(false)
		}
	}
	return a.Agent.Start(ctx, r)
}

func onEdited(t *testing.T, w, h int, run func(*driver, *editedFleet), change ...func(*tui.Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &editedFleet{fakeFleet: demo(t), edited: make(chan bool, 1), state: "Configured"}
		f.edited <- false
		d := drive(t, f.fakeFleet, w, h, append(change, func(c *tui.Config) { c.Fleet = f })...)
		d.settle()
		run(d, f)
	})
}

// deployWebServer deploys a web server on web1.
func deployWebServer(d *driver) {
	d.keys(": deploy space //WebServer//start enter")
	d.settle()
	d.keys("down down enter p R y") // web1
	d.wait(20 * time.Second)
	d.until("DONE")
}

func walkDrift(d *driver, f *editedFleet, visit func(string)) {
	deployWebServer(d)
	d.keys("1 g j j D")
	visit("drift-none")
	f.set(true)
	d.keys("r")
	visit("drift")
	d.keys("tab")
	visit("drift-diff")
	d.keys("tab R")
	visit("drift-confirm")
	d.keys("y")
	d.until("Entered again")
	visit("drift-repaired")
}

func TestDriftIsSeenAndRepaired(t *testing.T) {
	onEdited(t, 120, 36, func(d *driver, f *editedFleet) {
		want := map[string][]string{
			"drift-none":     {"Drift: web1", "All is as it was left (3 changes looked at)"},
			"drift":          {"file /etc/web.conf: it was changed", "1 of 3 changes not as left", "+port 8080", "-port 80", "R REPAIR"},
			"drift-confirm":  {"Repair 1 lifecycle?", "web1 WebServer", "enter Configured again"},
			"drift-repaired": {"Entered again: 1 lifecycle."},
		}
		walkDrift(d, f, func(name string) { d.see(want[name]...) })
		d.settle()
		d.see("All is as it was left")
		d.keys("esc")
		d.see("STATE STACK")
	})
}

// Where there is little room an explanation gives way, and nothing is cut.
func TestDriftIsNotCutInASmallWindow(t *testing.T) {
	onEdited(t, 80, 24, func(d *driver, f *editedFleet) {
		f.set(true)
		d.keys("1 g j j D")
		d.see("file /etc/web.conf: it was changed")
		if row := rowOf(d.screen(), "file /etc/web.conf: "); strings.Contains(row, "…") {
			t.Errorf("it is cut: %s", row)
		}
	})
}

// What was found is seen in the fleet, until it was looked at again.
func TestDriftIsSeenInTheFleet(t *testing.T) {
	onEdited(t, 120, 36, func(d *driver, f *editedFleet) {
		deployWebServer(d)
		f.set(true)
		d.keys("1 g j j D")
		d.see("R REPAIR")
		d.keys("esc")
		d.see("not as left: file /etc/web.conf", "≠ 1 drift", "1 change is not as left; D shows it")
		d.keys("v")
		d.see("≠ drift", "file /etc/web.conf")
		f.set(false)
		d.keys("v D r")
		d.see("All is as it was left")
		d.keys("R")
		d.see("not now: nothing was found")
		d.keys("esc")
		d.notSee("drift: ", "≠ 1 drift")
	})
}

func TestDriftOfALifecycleAndOfAll(t *testing.T) {
	onEdited(t, 120, 36, func(d *driver, f *editedFleet) {
		f.set(true)
		f.cut("db1", "switched off")
		d.keys(": drift enter")
		d.settle()
		d.see("Drift: all hosts", "/etc/web.conf", "db1: ", "switched off")
		d.keys("n R n")
		d.keys(": drift space nowhere enter")
		d.see("There is no host nowhere")
	})
}

// A digit is text where letters are typed, and a tab where nothing was typed yet.
func TestTabsWhileTyping(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2")
		d.see("1 Fleet")
		d.keys("1")
		d.see("nothing applied")
		d.keys("2 p")
		d.notSee("1 Fleet")
		d.keys("1")
		d.see("p1")
		d.keys("esc ?")
		d.see("─ Help ─")
	})
}

// Where the second of several nodes is, is changed at the node that asked for it.
func TestChangingTheSecondInstance(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys(": deploy space //Proxy//start enter")
		d.settle()
		d.keys("down enter down down space down space enter t")
		for range 12 {
			if strings.Contains(d.screen(), "> ") && strings.Contains(rowOf(d.screen(), ">"), "web2") {
				break
			}
			d.keys("j")
		}
		d.keys("c")
		d.see("of 5 hosts marked")
	})
}

// rowOf is the first row that has a text.
func rowOf(screen, text string) string {
	for s := range strings.SplitSeq(screen, "\n") {
		if strings.Contains(s, text) && !strings.Contains(s, "->") {
			return s
		}
	}
	return ""
}
