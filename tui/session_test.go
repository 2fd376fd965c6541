package tui_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
)

func TestHelpRowsRunWhileTyping(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("/ web f1 keep enter")
		d.see("filter: web", "3 of 5")
		d.notSee("TYPING", "filter: web_")
		d.keys("/ f1 clear enter")
		d.notSee("filter: ", "TYPING")

		d.keys("2 website enter enter a")
		d.see("> 80", "TYPING")
		d.keys("8080 f1")
		d.see("keep the value and go to the next question")
		d.keys("next enter")
		d.see("8080", "> /var/www/website/")
	})
}

// ran deploys WebSite on the host that is the n-th of the list.
func ran(d *driver, down string) {
	d.keys("2 website enter home", down, "enter p R y")
}

func TestTheCatalogueTellsOfRunsAsTheyAre(t *testing.T) {
	onDemo(t, func(d *driver) {
		ran(d, "")
		d.keys("2")
		d.see("WebSite.start @db1", "running")
		d.wait(20 * time.Second)
		d.see("WebSite.start @db1", "done")
		d.notSee("running")
		d.keys("d:db1 enter")
		d.see("DONE")
	})
}

func TestTheLogsAreNarrowedToOneDeployment(t *testing.T) {
	onDemo(t, func(d *driver) {
		ran(d, "")
		d.wait(20 * time.Second)
		ran(d, "down")
		d.wait(20 * time.Second)
		d.keys("5")
		d.see("deployments all 2", "website-db1", "website-lb1")
		d.keys("d")
		d.see("deployments website-db1")
		d.notSee("website-lb1")
		d.keys("d")
		d.see("deployments website-lb1")
		d.notSee("website-db1")
		d.keys("d")
		d.see("deployments all 2")
	})
}

func TestStayingTakesBackThatTheScreenIsToBeClosed(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 website enter enter p R y q c q")
		if d.quit {
			return // the run had stopped before the second q: there was nothing left to ask
		}
		d.see("stay")
		d.keys("s")
		d.wait(20 * time.Second)
		if d.quit {
			d.t.Error("the screen was closed")
		}
	})
}

func TestQuittingNamesTheDraftsToo(t *testing.T) {
	onDemo(t, func(d *driver) {
		ran(d, "")
		d.keys("2 proxy enter enter esc q")
		d.see("is running", "1 deployment has answers that were not run")
	})
}

func TestNoKeyActsOnAScreenThatIsTooSmallToSee(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 website enter enter p")
		d.send(tea.WindowSizeMsg{Width: 20, Height: 5})
		d.see("make the window")
		d.keys("R y")
		d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
		d.see("What will happen")
		d.notSee("Run WebSite.start")
		d.send(tea.WindowSizeMsg{Width: 20, Height: 5})
		d.keys("1 q")
		if d.quit {
			d.t.Error("the draft was thrown away unasked")
		}
		d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
		d.see("Leave?", "stay")
	})
}

func TestAPopupAlwaysShowsWhatCanBeChosen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hosts []spec.Host
		for i := range 60 {
			hosts = append(hosts, spec.Host(fmt.Sprintf("a-host-with-a-long-name-%02d", i)))
		}
		d := drive(t, newFleet(t, hosts...), 120, 36)
		d.settle()
		d.keys("2 proxy enter enter * enter")
		d.wait(time.Second)
		d.keys("p")
		d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
		d.keys("R")
		d.see("on 60 hosts", "a-host-with", "more", "run it", "> n    go back")
		d.keys("y q")
		d.see("leave it running", "cancel it", "> l", "stay")
	})
}

func TestWhatWasCancelledHasNotFailed(t *testing.T) {
	onDemo(t, func(d *driver) {
		ran(d, "")
		d.wait(500 * time.Millisecond)
		d.keys("X y")
		d.wait(5 * time.Second)
		d.see("STOPPED", "stopped", "1 stopped")
		d.notSee("FAIL")
		d.keys("v")
		d.see("Summary", "STOPPED")
		d.notSee("FAIL")
		d.keys("2")
		d.see("stopped")
		d.notSee("failed")
	})
}

func TestAnOpenQuestionIsWrittenInASCII(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 80, 24, func(c *tui.Config) { c.Glyphs = "ascii" })
		d.settle()
		d.keys("2 proxy enter down enter zzzz")
		d.see("hosts marked", "nothing matches")
		d.keys("esc")
		for _, r := range d.screen() {
			if r > '~' {
				t.Fatalf("the screen shows %q:\n%s", r, d.screen())
			}
		}
		d.keys("* + + + + + + + + + + + + + + + +")
		d.see("5 of 5 hosts marked, 21 in all")
		for _, r := range d.screen() {
			if r > '~' {
				t.Fatalf("the screen shows %q:\n%s", r, d.screen())
			}
		}
	})
}

func TestALongErrorIsShownWithItsHint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 80, 24, func(c *tui.Config) {
			c.Write = func(string, []byte) error {
				return errors.New("no such file or directory, and more of the same to say")
			}
		})
		d.settle()
		d.keys("2 website enter enter :")
		d.keys("write space /a/path/that/is/rather/long.yaml enter")
		d.see("cannot write /a/path", "hint: w writes under another name")
		d.keys("j k")
		d.see("hint: w writes under another name")
	})
}
