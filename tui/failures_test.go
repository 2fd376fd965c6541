package tui_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/tui/widget"
)

// walkFailures walks through what goes wrong: a host that is gone, a step that fails.
func walkFailures(d *driver, visit func(name string)) {
	f := d.m.Fleet().(*fakeFleet)
	f.setBroken(true)
	d.settle()
	f.cut("web3", "seen 14m ago")
	d.wait(3 * time.Second)
	d.keys("end")
	visit("banner")
	d.keys("2 flaky enter")
	visit("flaky-host")
	d.keys("home down enter")
	visit("flaky-choice")
	d.keys("down enter")
	visit("flaky-secret")
	d.keys("abc enter")
	visit("flaky-secret-short")
	d.keys("defgh enter")
	visit("flaky-ready")
	d.keys("a")
	visit("flaky-bool")
	d.keys("n")
	visit("flaky-list")
	d.keys("x,y enter p R y")
	d.wait(10 * time.Second)
	visit("failed")
	d.keys("enter")
	visit("failed-log")
	d.keys("up up")
	visit("failed-line")
	d.keys("right z")
	visit("failed-zoom")
	d.keys("z esc R")
	visit("retry")
	f.setBroken(false)
	d.keys("y")
	d.wait(10 * time.Second)
	visit("retried")
	d.keys("v")
	d.keys("3 w")
	visit("save")
	d.keys("enter")
}

func TestAFailureIsShownAndRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36)
		want := map[string][]string{
			"banner":             {"! 1 of 5 hosts cannot be reached: web3 OFF (seen 14m ago)", "web3 cannot be reached"},
			"flaky-choice":       {"> safe", "  fast", "Safe or fast."},
			"flaky-secret-short": {"needs at least 6 characters", "***"},
			"flaky-bool":         {"> yes"},
			"flaky-list":         {"> a, b"},
			"failed":             {"1 FAIL", "cannot enter On: port 80 is in use by", "hint: stop apache2", "R      retry", "stopped at state Off", "RETRY"},
			"failed-line":        {"a red line with . bells, tabs and 漢字 that must not"},
			"retry":              {"Retry?", "Flaky on "},
			"retried":            {"DONE", "Off > On"},
			"save":               {"Write the answers to a file", "armonic-flaky-go.yaml"},
		}
		walkFailures(d, func(name string) {
			if texts, ok := want[name]; ok {
				t.Log(name)
				d.see(texts...)
				delete(want, name)
			}
			d.notSee("abcdefgh")
		})
		if len(want) > 0 {
			t.Errorf("the walk does not come to %v", want)
		}
		d.see("Written: armonic-flaky-go.yaml")
		text := d.wrote["armonic-flaky-go.yaml"]
		if !strings.Contains(text, "Flaky") || strings.Contains(text, "abcdefgh") {
			t.Errorf("the file is:\n%s", text)
		}
	})
}

func TestNoHostHasToBeConfirmed(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 proxy enter down enter enter")
		d.see("none marked: enter again gives none")
		d.keys("enter")
		d.see("READY", "3 steps on 1 host")
	})
}

func TestHostsCanBeReorderedAndRepeated(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 proxy enter down enter")
		d.keys("*")
		d.see("order: db1 lb1 web1 web2 web3")
		d.keys("* down down space down space")
		d.see("order: web1 web2")
		d.keys("<")
		d.see("order: web2 web1")
		d.keys("+")
		d.see("order: web2 web1 web2", "[1,3] · web2")
		d.keys("db space")
		d.see("order: web2 web1 web2 db1", "showing: db")
	})
}

func TestUndoAndChange(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 website enter down down enter a")
		d.see("WebServer.create_document_root", "@web1", "> 80")
		d.keys("81 enter esc u")
		d.see("default", "Undone")
		d.notSee("81")
		d.keys("U")
		d.see("81")
		d.keys("home enter down enter") // another host: the tree follows
		d.see("@web2")
		d.notSee("@web1")
		d.keys("A")
		d.see("taken")
		d.keys("p")
		d.see("What will happen", "web2")
	})
}

func TestEscDiscardsWhatWasTyped(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 website enter down down enter a 70000 enter")
		d.see("port must be a port from 1 to 65535, is 70000", "TYPING")
		d.keys("esc")
		d.see("d web1 WebServer  port  80")
		d.notSee("70000", "wrong")
		// Who presses esc once too often, and types on, may type a password.
		d.keys("esc secret")
		d.see("What to deploy", "> website")
		d.notSee("secret")
	})
}

func TestQuittingWhileSomethingRuns(t *testing.T) {
	begin := func(t *testing.T) *driver {
		t.Helper()
		d := drive(t, demo(t), 120, 36)
		d.settle()
		d.keys("2 website enter down down enter p R y")
		d.wait(500 * time.Millisecond)
		d.see("RUN")
		d.keys("q")
		d.see("leave it running")
		return d
	}
	t.Run("leave", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := begin(t)
			d.keys("l")
			if out := d.m.Outcome(); !d.quit || len(out.Running) != 1 {
				t.Errorf("quit %v, left running %d", d.quit, len(out.Running))
			}
		})
	})
	t.Run("cancel", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := begin(t)
			d.keys("c")
			d.wait(10 * time.Second)
			if out := d.m.Outcome(); !d.quit || len(out.Running) != 0 || !out.Failed {
				t.Errorf("quit %v, left running %d, failed %v", d.quit, len(out.Running), out.Failed)
			}
		})
	})
	t.Run("stay", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := begin(t)
			d.keys("esc")
			d.until("DONE")
			if d.quit {
				t.Error("it quit")
			}
		})
	})
}

func TestQuittingWithADraftAsks(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 website enter down down enter q")
		d.see("answers that were not run")
		d.keys("esc q y")
		if !d.quit {
			d.t.Error("y did not quit")
		}
	})
}

func TestAnIdleScreenIsNotWritten(t *testing.T) {
	onDemo(t, func(d *driver) {
		before, n := d.m.View(), d.count
		d.wait(time.Minute)
		if d.m.View() != before {
			d.t.Error("the screen changed by itself")
		}
		if got := d.count - n; got > 31 {
			d.t.Errorf("%d messages in an idle minute", got)
		}
	})
}

func TestALateAnswerDoesNotDisturbTyping(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 website enter down down enter a 80")
		d.m.Fleet().(*fakeFleet).cut("db1", "no agent")
		d.wait(3 * time.Second)
		d.keys("81")
		d.see("> 8081", "db1 OFF (no agent)")
	})
}

func TestPalette(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys(": deploy space proxy")
		d.see("//Proxy//start")
		d.keys("enter")
		d.see("Host for //Proxy//start")
		d.keys("esc : goto space web2 enter")
		d.see("─ web2 ─")
		d.keys(": theme space light enter : glyphs space ascii enter")
		d.see("- Hosts ---")
		d.keys(": nonsense enter")
		d.see("There is no command nonsense")
		d.keys(": deploy space Website//start enter")
		d.see("WebSite")
		d.keys("esc : deploy space Nothing//start enter")
		d.see("! ")
		d.keys("1")
		d.see("Nothing") // an error stays
		d.keys(": dismiss enter")
		d.notSee("Nothing")
	})
}

// What may have been meant is named as it can be typed, and not as a path of one host.
func TestAMistypedPatternIsNamedAsAPattern(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys(": deploy space //WebSite//strt enter")
		d.see("did you mean //WebSite//start?")
	})
}

func TestHelpRowsRun(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("? catalogue enter")
		d.see("What to deploy")
	})
}

func TestKeysCanBeRemapped(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("Q")
		d.see("─ Help ─")
	}, func(c *tui.Config) { c.Keys = map[widget.Action]string{"help": "Q"} })
	_, err := tui.New(t.Context(), tui.Config{Fleet: &fakeFleet{}, Keys: map[widget.Action]string{"help": "q"}})
	if err == nil || !strings.Contains(err.Error(), `"help"`) || !strings.Contains(err.Error(), `"quit"`) {
		t.Errorf("a key given twice: %v", err)
	}
}

func TestFiveHundredHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hosts := make([]spec.Host, 500)
		for i := range hosts {
			hosts[i] = spec.Host("host" + string(rune('a'+i/26%26)) + string(rune('a'+i%26)) + strings.Repeat("x", i%40))
		}
		d := drive(t, newFleet(t, hosts...), 120, 36)
		d.check = func(frame string) {
			if bad := exact(frame, 120, 36); bad != "" {
				t.Fatal(bad)
			}
		}
		d.settle()
		d.see("500 host")
		d.keys("end up / hostsf enter 2 proxy enter enter * enter")
		d.wait(time.Second)
		d.see("websites x500")
	})
}

func TestBeginningWithAPattern(t *testing.T) {
	for pattern, want := range map[string]string{
		"//Proxy//start":  "Host for //Proxy//start",
		"Website//start":  "Website//start is taken as WebSite//start",
		"//Nothing//here": "Nothing", // an error, and the fleet
	} {
		synctest.Test(t, func(t *testing.T) {
			d := drive(t, demo(t), 120, 36, func(c *tui.Config) { c.Pattern = spec.Pattern(pattern) })
			d.settle()
			d.see(want)
		})
	}
}
