package tui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/tui"
)

// walkLifecycle deploys a web site on web1, and moves its web server.
func walkLifecycle(d *driver, visit func(string)) {
	d.settle()
	d.keys("2 website enter down down enter p R y")
	d.wait(20 * time.Second)
	d.keys("1 home down down t")
	visit("lifecycle-now")
	d.keys("G")
	d.wait(time.Second)
	visit("lifecycle-down")
	d.keys("T")
	visit("lifecycle-move")
	d.keys("y")
	d.wait(10 * time.Second)
	visit("lifecycle-moved")
}

func TestALifecycleIsMoved(t *testing.T) {
	onDemo(t, func(d *driver) {
		want := map[string][]string{
			"lifecycle-now":   {"Fleet › web1 › WebServer", "◆ ▌", "Active", "NOW", "Offers", "create_document_root", "Used by", "WebSite on web1", "uses Active.start"},
			"lifecycle-down":  {"From Active to NotInstalled", "GOAL", "THE WAY", "↶ leave Active", "WHOM IT BREAKS", "! WebSite on web1", "T MOVE", "breaks 2 users"},
			"lifecycle-move":  {"Move to NotInstalled?", "leave Active", "leave Installed", "It breaks what applied states of others use", "move it all the same"},
			"lifecycle-moved": {"✓ NotInstalled", "WebServer on web1 is in NotInstalled."},
		}
		walkLifecycle(d, func(name string) { t.Log(name); d.see(want[name]...) })
		d.keys("T")
		d.see("T  not now: NotInstalled is the current state")
		d.keys("tab")
		d.see("enter plans it")
		d.keys("esc")
		d.see("─ Hosts ─")
	})
}

// Who only looks cannot move anything.
func TestALifecycleIsOnlyLookedAt(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("1 t G T")
		d.notSee("Move to")
	}, func(c *tui.Config) { c.ReadOnly = true })
}

// What was called of others for the states that are left is taken back, or kept.
func TestWhatALifecycleCalledIsTakenBackWithIt(t *testing.T) {
	for key, want := range map[string]string{"y": "nobody", "k": "Used by ─"} {
		onDemo(t, func(d *driver) {
			d.keys("2 website enter down down enter p R y")
			d.wait(20 * time.Second)
			openOf := func(name string) {
				d.keys("1 home down down enter")
				for range 30 {
					d.keys("t")
					if strings.Contains(d.screen(), "web1 › "+name+" ") {
						return
					}
					d.keys("esc down")
				}
				d.t.Fatalf("there is no %s:\n%s", name, d.screen())
			}
			openOf("WebSite")
			d.keys("G")
			d.wait(time.Second)
			d.keys("T")
			d.see("Move to NotInstalled?", "is taken back:", "WebServer on web1: undo Active.start", "keep what was called of others")
			d.keys(key)
			d.wait(20 * time.Second)
			d.see("WebSite on web1 is in NotInstalled.")
			d.keys("esc esc")
			openOf("WebServer")
			d.see(want)
			if used := strings.Contains(d.screen(), "Templated uses"); used != (key == "k") {
				d.t.Errorf("%s: it is used: %v\n%s", key, used, d.screen())
			}
		})
	}
}
