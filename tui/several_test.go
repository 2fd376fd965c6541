package tui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/tui"
)

func TestDeployOnSeveralHosts(t *testing.T) {
	for _, test := range []struct{ name, keys, want string }{
		{"names", "2 //webserver//start ctrl+g web1,web2 enter", "on 2 hosts"},
		{"pattern", "2 //webserver//start ctrl+g web* enter", "on 3 hosts"},
		{"group", "2 //webserver//start ctrl+g @front enter", "on 2 hosts"},
		{"palette", ": deploy space //WebServer//start space on space web1,web3 enter", "on 2 hosts"},
		{"no such group", "2 //webserver//start ctrl+g @back enter", `there is no group "back"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			onDemo(t, func(d *driver) {
				d.keys(test.keys)
				d.wait(time.Second)
				d.see(test.want)
			}, func(c *tui.Config) { c.Groups = deploy.Groups{"front": {"lb1", "web1"}} })
		})
	}
}

// What is planned so is carried out on each of the hosts.
func TestCarryOutOnSeveralHosts(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys(": deploy space //WebServer//start space on space web1,web3 enter")
		d.wait(time.Second)
		d.keys("p R")
		d.see("8 steps on 2 hosts", "web1 web3")
		d.keys("y")
		d.wait(20 * time.Second)
		d.until("DONE")
	})
}

// walkSeveral plans something on several hosts at once.
func walkSeveral(d *driver, visit func(string)) {
	d.settle()
	d.keys("2 //webserver//start ctrl+g web*")
	visit("several-hosts")
	d.keys("enter")
	d.wait(time.Second)
	visit("several-build")
}

// Of a deployment that was planned again, the plan has only what is left to be done.
func TestThePlanOfWhatIsLeft(t *testing.T) {
	onDemo(t, func(d *driver) {
		f := d.m.Fleet().(*fakeFleet)
		d.keys(": deploy space //WebServer//start space on space web1,web3 enter")
		d.wait(time.Second)
		d.keys("p")
		f.cut("web3", "gone")
		d.keys("R y")
		d.wait(20 * time.Second)
		d.keys("X y")
		d.wait(20 * time.Second)
		f.cut("web3", "")
		d.wait(5 * time.Second)
		d.keys("E")
		d.wait(2 * time.Second)
		d.keys("p")
		d.see("4 steps on 1 host", "web3")
		d.notSee("web1   ")
	})
}

// startWebServer has a web server active on web1.
func (d *driver) startWebServer() {
	d.keys(": deploy space //WebServer//start space on space web1 enter")
	d.wait(time.Second)
	d.keys("p R y")
	d.wait(20 * time.Second)
}

// The values of what is applied are changed in place.
func TestValuesOfAppliedStatesAreChanged(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.startWebServer()
		d.keys(": deploy space //WebServer//start space on space web1 enter")
		d.wait(2 * time.Second)
		d.keys("v")
		d.wait(2 * time.Second)
		d.see("web1 WebServer  port")
		d.keys("/ port enter enter ctrl+u 8081 enter p")
		d.wait(time.Second)
		d.see("enter Configured again", "port = 8081")
	})
}

// A value is used for the other places of the same name too, where somebody says so.
func TestAValueIsUsedForAllPlaces(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("2 proxy enter down enter web space down space enter a 8080")
		d.see("USE IT FOR", "(x) this one only", "( ) all 2 places")
		d.keys("ctrl+o")
		d.see("(x) all 2 places")
		d.keys("enter esc")
		if n := strings.Count(d.screen(), " 8080 "); n != 2 {
			d.t.Errorf("8080 is used in %d places:\n%s", n, d.screen())
		}
		d.keys("u")
		d.notSee("8080")
	})
}

// A host that is given twice stands there twice, and who chooses one sees the state that is there
// now and the one that it comes to.
func TestHostsAreChosenByWhatIsThere(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.startWebServer()
		d.keys(": deploy space //WebServer//start enter")
		d.wait(time.Second)
		d.see("HOST", "NOW", "BECOMES")
		if row := rowOf(d.screen(), "✓ web1 "); !strings.Contains(row, "Active") {
			t.Errorf("%q\n%s", row, d.screen())
		}
		d.keys("esc 2 proxy enter down enter 3")
		d.see("enter marks 3: db1 web2 web3") // lb1 is the proxy itself, web1 has something to do
		d.keys("ctrl+u web space + enter")
		d.wait(time.Second)
		d.see("web1#2 WebSite")
	})
}
