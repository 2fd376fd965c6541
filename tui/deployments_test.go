package tui_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
)

// kept is where an operator keeps deployments.
func kept(dir string) *rollout.Store {
	return rollout.NewStore(filepath.Join(dir, "deployments"), seal.KeyFile{Path: filepath.Join(dir, "key")})
}

// anna is another operator of the fleet, with a machine of her own.
type anna struct {
	t     *testing.T
	fleet deploy.Fleet
	dir   string
}

// deploys begins a web server on a host.
func (a anna) deploys(host spec.Host, id spec.DeploymentID, name string, demands ...rollout.Demand) *rollout.Rollout {
	a.t.Helper()
	s := deploy.NewSession(a.fleet, "//WebSite//start")
	if err := s.DeployOn([]spec.Host{host}); err != nil {
		a.t.Fatal(err)
	}
	if err := s.Settle(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	s.Accept()
	if err := s.Settle(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	r, err := rollout.New(s, rollout.Options{ID: id, Name: name, By: "anna", Logs: kept(a.dir), Approval: demands})
	if err != nil {
		a.t.Fatal(err)
	}
	r.Start(a.t.Context())
	return r
}

// withAnna runs a test on a fleet that two operators have.
func withAnna(t *testing.T, w, h int, run func(*driver, anna, *fakeFleet), change ...func(*tui.Config)) {
	t.Helper()
	mine, hers := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := demo(t)
		d := drive(t, f, w, h, append(change, func(c *tui.Config) { c.Logs = kept(mine) })...)
		d.settle()
		run(d, anna{t, f, hers}, f)
	})
}

// walkDeployments goes through the list, and what can be done from there.
func walkDeployments(d *driver, a anna, f *fakeFleet, visit func(string)) {
	d.keys("4")
	visit("deployments-none")
	f.setBroken(true)
	d.keys("1 2 flaky enter home down enter down enter abcdefgh enter p R y")
	d.wait(10 * time.Second)
	r := a.deploys("web1", "20000101-000010-aaaaaa", "shop")
	d.wait(1300 * time.Millisecond)
	d.keys("4")
	d.wait(100 * time.Millisecond)
	visit("deployments")
	d.keys("g")
	d.wait(100 * time.Millisecond)
	visit("deployments-running")
	d.wait(30 * time.Millisecond) // no look at it at the moment in which a host says something
	d.keys("enter")
	d.wait(1600 * time.Millisecond)
	visit("watched")
	if err := r.Wait(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	d.wait(5 * time.Second)
	visit("watched-done")
	r.Close()
	d.keys("esc")
	d.wait(4 * time.Second)
	visit("deployments-done")
	d.keys("/ shop")
	visit("deployments-filter")
	d.keys("enter B")
	d.wait(time.Second)
	visit("deployments-rollback")
	d.keys("n")
}

func TestDeploymentsAreListedAndWatched(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, a anna, f *fakeFleet) {
		want := map[string][]string{
			"deployments-none":     {"Nothing has been deployed yet"},
			"deployments":          {"flaky-", "FAIL", "shop", "run", "anna", "tester", "enter On: port 80 is in", "WHAT YOU CAN DO"},
			"deployments-running":  {"shop is carried out by anna. enter watches it", "take over", "20000101-000010-aaaaaa"},
			"watched":              {"Carried out by anna. You only watch", "GO ON HERE", "shop: WebSite.start @web1", "WebServer: enter Installed done"},
			"watched-done":         {"DONE", "Done, by anna", "roll back"},
			"deployments-done":     {"1 ok", "1 FAIL", "shop"},
			"deployments-filter":   {"filter: shop"},
			"deployments-rollback": {"Take back shop?", "undo Active.start"},
		}
		walkDeployments(d, a, f, func(name string) {
			t.Log(name)
			d.see(want[name]...)
			delete(want, name)
		})
		if len(want) > 0 {
			t.Errorf("the walk does not come to %v", want)
		}
		records, err := kept(a.dir).Read("20000101-000010-aaaaaa")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if r.Who != "" && r.Who != "anna" {
				t.Errorf("%s by %s: watching decided something", r.Kind, r.Who)
			}
		}
	})
}

// What somebody else carries out is taken over only when that is asked for.
func TestADeploymentIsTakenOver(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, a anna, _ *fakeFleet) {
		r := a.deploys("web1", "20000101-000010-aaaaaa", "shop")
		defer r.Close()
		d.wait(150 * time.Millisecond)
		d.keys("4 g R")
		d.see("Go on with shop here?", "anna carries it out now, and is told")
		d.keys("y")
		d.wait(20 * time.Second)
		d.until("DONE")
		if err := r.Wait(a.t.Context()); spec.KindOf(err) != spec.Canceled || !strings.Contains(err.Error(), "somebody else goes on with the deployment") {
			t.Errorf("anna is told %v", err)
		}
	})
}

func TestADeploymentOfAnotherIsTakenBack(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, a anna, f *fakeFleet) {
		r := a.deploys("web1", "20000101-000010-aaaaaa", "shop")
		if err := r.Wait(a.t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Close()
		d.keys("4 g B")
		d.wait(time.Second)
		d.see("Take back shop?")
		d.keys("y")
		d.until("ROLLED BACK")
		stacks, err := f.agents["web1"].Stacks(a.t.Context())
		for _, s := range stacks {
			if err != nil || s.Path.Lifecycle() == "WebServer" && len(s.Applied) > 1 {
				t.Errorf("%v: WebServer is at %v", err, s.Applied)
			}
		}
	})
}

func TestADeploymentOfAnotherIsReplayedAndItsAnswersSaved(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, a anna, _ *fakeFleet) {
		r := a.deploys("web1", "20000101-000010-aaaaaa", "shop")
		if err := r.Wait(a.t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Close()
		d.keys("4 g w")
		d.wait(time.Second)
		d.keys("enter")
		d.wait(time.Second)
		if text := d.wrote["armonic-website-start.yaml"]; !strings.Contains(text, "web1") {
			t.Errorf("saved: %q of %v", text, d.wrote)
		}
		d.keys("r")
		d.wait(time.Second)
		d.see("The same answers as before", "web1")
		d.keys("p R")
		d.see("Run WebSite.start @web1?")
	})
}

// Leaving, the terminal keeps what came of it, why, and how to go on.
func TestLeavingSaysHowToGoOn(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, _ anna, f *fakeFleet) {
		f.setBroken(true)
		d.keys("2 flaky enter home down enter down enter abcdefgh enter p R y")
		d.wait(10 * time.Second)
		d.see("FAIL")
		text := d.m.Outcome().Text
		for _, want := range []string{"FAILED  Flaky", "port 80 is in use", "LOG OF lb1 Flaky", "a line that is far too long", "armonic deploy --resume flaky-lb1\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in what is left:\n%s", want, text)
			}
		}
	})
}

// One that was left unfinished says which has taken its place.
func TestAReplacedDeploymentSaysSo(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, _ anna, f *fakeFleet) {
		f.setBroken(true)
		d.keys("2 flaky enter home down enter down enter abcdefgh enter p R y")
		d.wait(10 * time.Second)
		d.see("FAIL")
		f.setBroken(false)
		d.keys("r")
		d.wait(time.Second)
		d.keys("p R y")
		d.wait(10 * time.Second)
		d.see("DONE")
		d.keys("4")
		d.wait(time.Second)
		d.see("replaced", "ok")
		d.keys("G")
		d.see("Another deployment has taken the place of this one", "has taken its place")
	})
}

// What somebody else begins appears in a list that stands open.
func TestTheListIsReadAgain(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, a anna, _ *fakeFleet) {
		d.keys("4")
		d.wait(time.Second)
		d.notSee("shop")
		r := a.deploys("web1", "20000101-000010-aaaaaa", "shop")
		defer r.Close()
		d.wait(16 * time.Second)
		d.see("shop")
	})
}
