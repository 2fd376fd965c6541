package tui_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
)

// wallHosts are the hosts of five groups.
func wallHosts() []spec.Host {
	var out []spec.Host
	for _, group := range []struct {
		name string
		n    int
	}{{"edge", 4}, {"web", 70}, {"db", 9}, {"cache", 12}, {"mon", 2}} {
		for i := range group.n {
			out = append(out, spec.Host(fmt.Sprintf("%s%03d", group.name, i+1)))
		}
	}
	return out
}

// bigFleet is a fleet of them.
func bigFleet(t testing.TB) *fakeFleet {
	t.Helper()
	return newFleet(t, wallHosts()...)
}

func walkWall(d *driver, f *fakeFleet, visit func(string)) {
	f.cut("db004", "seen 14m ago")
	d.wait(2 * time.Second)
	d.keys("v g")
	visit("wall")
	d.keys("!")
	visit("wall-trouble")
	d.keys("esc : deploy space //WebSite//start space on space web00* enter")
	d.wait(time.Second)
	d.keys("p R y 1 v")
	d.wait(700 * time.Millisecond)
	visit("wall-running")
}

func onWall(t *testing.T, w, h int, run func(*driver, *fakeFleet), change ...func(*tui.Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := bigFleet(t)
		d := drive(t, f, w, h, change...)
		d.settle()
		run(d, f)
	})
}

func TestTheWallShowsWhatIsNotFine(t *testing.T) {
	onWall(t, 120, 36, func(d *driver, f *fakeFleet) {
		want := map[string][]string{
			"wall":         {"─ Wall ─", "○ 1 OFF", "· 96 empty", "cache", "  70 · ·", "─ cache001 ─"},
			"wall-trouble": {"─ db004 ─", "○ OFF", "seen 14m ago"},
			"wall-running": {"● 9 run", "● ● ● ● ● ● ● ● ● ·"},
		}
		walkWall(d, f, func(name string) { t.Log(name); d.see(want[name]...) })
		d.wait(30 * time.Second)
		d.see("· 87 empty")
		d.notSee("●")
		d.keys("G right left up down enter")
		d.see("OFFERS HERE")
	})
}

// What is shown of hosts is read again for somebody who looks at it after a while: hosts
// change without a word.
func TestWhatIsOldIsReadAgain(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.see("read at 00:00:0")
		d.wait(5 * time.Minute)
		d.see("read at 00:00:0")
		d.keys("down")
		d.wait(time.Second)
		d.see("read at 00:05:0")
	})
}
