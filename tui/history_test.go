package tui_test

import (
	"testing"
	"time"
)

// walkHistory goes through what was done on a host.
func walkHistory(d *driver, visit func(string)) {
	d.keys("1 g j j H")
	visit("history-none")
	d.keys("esc")
	deployWebServer(d)
	d.keys("1 H")
	visit("history")
	d.keys("/ port")
	visit("history-filter")
	d.keys("enter enter")
	visit("history-deployment")
}

func TestHistoryTellsWhatWasDone(t *testing.T) {
	onDemo(t, func(d *driver) {
		want := map[string][]string{
			"history-none":       {"History of web1", "Nothing was done here yet"},
			"history":            {"called Active.start", "entered Configured", "tester", "took", "enter shows the deployment that did it", "RETURNED"},
			"history-filter":     {"filter: port", "port=80"},
			"history-deployment": {"DONE", "WebServer.start @web1"},
		}
		walkHistory(d, func(name string) { t.Log(name); d.see(want[name]...) })
		d.keys(": history enter")
		d.see("History of all hosts", "web1", "WebServer")
		d.keys("esc : history space nowhere enter")
		d.see("There is no host nowhere")
	})
}

// The plan says which of its hosts do something else now, and how long it usually takes.
func TestThePlanTellsOfBusyHostsAndUsualTimes(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, a anna, _ *fakeFleet) {
		r := a.deploys("web1", "20000101-000010-aaaaaa", "shop")
		defer r.Close()
		d.wait(1100 * time.Millisecond)
		d.keys(": deploy space //WebServer//start space on space web1,web2 enter")
		d.wait(100 * time.Millisecond)
		d.keys("p")
		d.wait(100 * time.Millisecond)
		d.see("web1 is busy with deployment shop")
		d.notSee("web2 is busy", "usually")
	})
	onDemo(t, func(d *driver) {
		deployWebServer(d)
		d.keys(": deploy space //WebServer//start enter")
		d.wait(time.Second)
		d.keys("down down enter p")
		d.wait(time.Second)
		d.see("call Active.start", "0.5s")
	})
}
