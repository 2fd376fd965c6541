package tui_test

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestHelpRowsRunWhileTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36)
		d.settle()
		d.keys("/ web f1 keep enter")
		d.see("filter: web", "3 of 5")
		d.notSee("TYPING", "filter: web_")
		d.keys("/ f1 clear enter")
		d.notSee("filter: ", "TYPING")

		d.keys("2 website enter enter")
		d.see("> 80", "TYPING")
		d.keys("ctrl+u 8080 f1")
		d.see("keep the value and go to the next question")
		d.keys("next enter")
		d.see("8080", "> /var/www/website/")
	})
}

// ran deploys WebSite on the host that is the n-th of the list.
func ran(d *driver, down string) {
	d.keys("2 website enter home", down, "enter esc p R y")
}

func TestTheCatalogueTellsOfRunsAsTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36)
		d.settle()
		ran(d, "")
		d.keys("2")
		d.see("WebSite.start @db1", "running")
		d.wait(20 * time.Second)
		d.see("WebSite.start @db1", "done")
		d.notSee("running")
		d.keys("db1 enter")
		d.see("DONE")
	})
}

func TestTheLogsAreThoseOfTheDeploymentShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36)
		d.settle()
		ran(d, "")
		d.wait(20 * time.Second)
		ran(d, "j")
		d.wait(20 * time.Second)
		d.keys("5")
		d.see("Logs of WebSite.start @lb1")
		d.keys("[")
		d.see("Logs of WebSite.start @db1")
		d.keys("]")
		d.see("Logs of WebSite.start @lb1")
	})
}

func TestStayingTakesBackThatTheScreenIsToBeClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36)
		d.settle()
		d.keys("2 website enter enter esc p R y q c q")
		d.see("stay")
		d.keys("s")
		d.wait(20 * time.Second)
		if d.quit {
			t.Error("the screen was closed")
		}
	})
}

func TestQuittingNamesTheDraftsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36)
		d.settle()
		ran(d, "")
		d.keys("2 proxy enter enter q")
		d.see("is running", "1 deployment has answers that were not run")
	})
}
