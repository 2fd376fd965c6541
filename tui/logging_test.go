package tui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/tui"
)

// walkLogs deploys on two hosts, one of which fails, and looks at what both say.
func walkLogs(d *driver, visit func(string)) {
	f := d.m.Fleet().(*fakeFleet)
	d.settle()
	d.keys("5")
	visit("logs-none")
	d.keys(": deploy space //WebServer//start space on space web1,web2 enter")
	d.wait(time.Second)
	d.keys("p R y")
	d.wait(20 * time.Second)
	f.setBroken(true)
	d.keys("1 2 flaky enter home down enter down enter abcdefgh enter p R y")
	d.wait(10 * time.Second)
	d.keys("5")
	visit("logs-all")
	d.keys("/ port|enter")
	visit("logs-several")
	d.keys("enter g v")
	visit("logs-warnings")
	d.keys("esc d")
	visit("logs-one")
	d.keys("d d c web1 space since space 1h enter space space")
	visit("logs-marked")
	d.keys("w")
	visit("logs-save")
}

func TestLogsOfAllDeployments(t *testing.T) {
	onDemo(t, func(d *driver) {
		want := map[string][]string{
			"logs-none":     {"Nothing has run yet"},
			"logs-all":      {"all deployments, all hosts, by time", "hosts all   deployments all 2", "webserver", "flaky", "dropped 0", "here", "web1", "web2"},
			"logs-several":  {"/ port|enter", "lines match", " of ", "and 2 around"},
			"logs-warnings": {"level warnings and errors"},
			"logs-one":      {"deployments webserver"},
			"logs-marked":   {"hosts web1", "since", "2 lines marked"},
			"logs-save":     {"Write 2 lines to a file"},
		}
		walkLogs(d, func(name string) {
			t.Log(name)
			d.see(want[name]...)
			if name == "logs-marked" {
				d.notSee("web2")
			}
		})
		d.keys("ctrl+u log.txt enter")
		text := d.wrote["log.txt"]
		if strings.Count(text, "\n") != 2 || strings.Count(text, " web1 ") != 2 {
			t.Errorf("written: %q", text)
		}
		d.keys("esc esc c ctrl+u since space never enter")
		d.see(`"never" is no time`)
		d.keys("! enter")
		d.see("port 80 is in use")
	})
}

// Lines of deployments stand by time, whichever deployment they are of.
func TestLogsStandByTime(t *testing.T) {
	onDemo(t, func(d *driver) {
		for _, h := range []string{"web1", "web2"} {
			d.keys(": deploy space //WebServer//start space on space " + h + " enter")
			d.wait(time.Second)
			d.keys("p R y")
			d.wait(300 * time.Millisecond)
		}
		d.wait(20 * time.Second)
		d.keys("5 g")
		last, hosts := "", map[string]bool{}
		for line := range strings.SplitSeq(d.screen(), "\n") {
			words := strings.Fields(strings.TrimPrefix(line, ">"))
			if len(words) < 3 || len(words[0]) != len("15:04:05.0") || strings.Count(words[0], ":") != 2 {
				continue
			}
			if words[0] < last {
				t.Errorf("%s comes after %s:\n%s", words[0], last, d.screen())
			}
			last, hosts[words[1]] = words[0], true
		}
		if !hosts["web1"] || !hosts["web2"] {
			t.Errorf("there are lines of %v", hosts)
		}
	}, func(c *tui.Config) { c.Pace = 83_700 * time.Microsecond })
}
