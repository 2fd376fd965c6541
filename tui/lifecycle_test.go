package tui_test

import (
	"fmt"
	"testing"
	"testing/synctest"
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

func TestGoldenLifecycle(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {200, 60}, {40, 10}} {
		for _, glyphs := range []string{"unicode", "ascii"} {
			dir := fmt.Sprintf("%dx%d-%s", size[0], size[1], glyphs)
			synctest.Test(t, func(t *testing.T) {
				d := drive(t, demo(t), size[0], size[1], func(c *tui.Config) { c.Theme, c.Glyphs = "none", glyphs })
				d.check = func(frame string) {
					if bad := exact(frame, size[0], size[1]); bad != "" {
						t.Fatal(bad)
					}
				}
				walkLifecycle(d, func(name string) { golden(t, dir+"/"+name, d.m.View()) })
			})
		}
	}
}
