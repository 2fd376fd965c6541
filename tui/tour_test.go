package tui_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/tui/widget"
)

func touring(c *tui.Config) { c.Tour = true }

// The tour says what to press; who does it is told the next step, to the end.
func TestTheTour(t *testing.T) {
	onDemo(t, func(d *driver) {
		for i, keys := range []string{"2", "proxy enter", "down enter", "down down space down space enter", "p", "R y", "", "1 g down down enter", "esc 4 B y", "?"} {
			d.see(fmt.Sprintf("TOUR %d of 10 (ctrl+t ends it): ", i+1))
			for key := range strings.FieldsSeq(keys) {
				d.keys(key)
				if key == "B" {
					d.wait(time.Second)
				}
			}
			if keys == "" || strings.HasSuffix(keys, "B y") {
				d.wait(30 * time.Second)
			}
		}
		d.keys("esc")
		d.see("TOUR: that was all of it")
		d.keys("ctrl+t")
		d.notSee("TOUR")
	}, touring)
}

// Who does something else stays where they are in the tour, and can leave it, also while typing.
func TestTheTourCanBeLeft(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("4 1")
		d.see("TOUR 1 of 10")
		d.keys("2 web")
		d.see("TOUR 2 of 10", "> web")
		d.keys("ctrl+t")
		d.notSee("TOUR")
		d.see("> web")
		d.keys("ctrl+u esc 1 : tour enter")
		d.see("TOUR 1 of 10")
	}, touring)
	onDemo(t, func(d *driver) { d.notSee("TOUR") })
}

// A proxy over three sites, from the fleet until it runs, is ten keys where it is the first of the catalogue.
func TestAProxyOverThreeSitesIsTenKeys(t *testing.T) {
	onDemo(t, func(d *driver) {
		const keys = "2 enter down enter w * enter p R y"
		d.keys(keys)
		d.see("Proxy.start @lb1", "RUN")
		if n := len(strings.Fields(keys)); n > 10 {
			t.Errorf("it takes %d keys", n)
		}
		d.until("DONE")
		for _, h := range []spec.Host{"web1", "web2", "web3"} {
			if v := deploy.SurveyHost(d.t.Context(), d.m.Fleet(), h); !slices.ContainsFunc(v.Stacks, func(s spec.Stack) bool { return s.Path.Lifecycle() == "WebSite" && s.Top() == "Active" }) {
				t.Errorf("%s has no site", h)
			}
		}
	})
}

func TestStoppingAsksWhileSomethingRuns(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 proxy enter down enter down down space enter p R y")
		d.wait(500 * time.Millisecond)
		d.keys("ctrl+z")
		d.see("Something is running", "agents end what they were given", "stop, and pause what runs")
		d.keys("enter") // stay
		d.notSee("pause what runs")
		d.until("DONE")
	})
}

func TestASmallWindowShowsWhereOneIs(t *testing.T) {
	for _, glyphs := range widget.GlyphSets() {
		onDemo(t, func(d *driver) {
			d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
			for _, s := range [][2]string{{"1", "Fleet"}, {"2", "Catalogue"}, {"esc 3", "Deploy"}, {"4", "Runs"}, {"5", "Logs"}} {
				d.keys(s[0])
				if first, _, _ := strings.Cut(d.screen(), "\n"); !strings.Contains(first, s[1]) {
					t.Errorf("after %s the first line is %q", s[0], first)
				}
			}
		}, func(c *tui.Config) { c.Glyphs = glyphs })
	}
}
