package tui_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// From the fleet to a proxy in front of two web sites.
func TestFromTheFleetToAProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36)
		walkAll(d, func(string) {})
		if !d.quit {
			t.Error("q did not quit")
		}
		out := d.m.Outcome()
		if !strings.Contains(out.Text, "DONE  Proxy.start @lb1") || !strings.Contains(out.Text, "http://192.0.2.13:8080") || out.Failed {
			t.Errorf("the summary is %q", out.Text)
		}
	})
}

// walkAll walks through every screen and calls visit at each.
func walkAll(d *driver, visit func(name string)) {
	d.settle()
	visit("fleet")
	d.keys("down down enter")
	visit("host")
	d.keys("esc 2")
	visit("catalogue")
	d.keys("zzz")
	visit("catalogue-nothing")
	d.keys("ctrl+u proxy")
	visit("catalogue-proxy")
	d.keys("enter")
	visit("build-host")
	d.keys("down enter")
	visit("build-hosts")
	d.keys("enter") // none: asks
	visit("build-hosts-none")
	d.keys("down down space down space")
	visit("build-hosts-marked")
	d.keys("enter")
	visit("build-answered")
	d.keys("a")
	visit("build-port")
	d.keys("ctrl+u 70000 enter")
	visit("build-port-range")
	d.keys("ctrl+u abc")
	visit("build-port-type")
	d.keys("ctrl+u 8080 enter")
	visit("build-root")
	d.keys("down down")
	visit("build-root-other")
	d.keys("up enter esc")
	visit("build-ready")
	d.keys("t up up")
	visit("build-tree")
	d.keys("t x")
	visit("build-all")
	d.keys("x p")
	visit("plan")
	d.keys("v tab down")
	visit("plan-order")
	d.keys("v R")
	visit("plan-confirm")
	d.keys("y")
	d.wait(900 * time.Millisecond)
	visit("run")
	d.keys("q")
	visit("quit")
	d.keys("s X")
	visit("cancel")
	d.keys("n")
	d.wait(20 * time.Second)
	visit("done")
	d.keys("enter k")
	visit("run-log")
	d.keys("5 /back")
	visit("logs-filter")
	d.keys("enter 1 home down down enter")
	visit("host-applied")
	d.keys("?")
	visit("help")
	d.keys("esc : dep")
	visit("palette")
	d.keys("esc 4 q")
}

func TestWhatEachScreenShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36)
		want := map[string][]string{
			"fleet":              {"5 hosts", "nothing applied", "db1", "web3"},
			"catalogue-nothing":  {"nothing matches"},
			"catalogue-proxy":    {"> Proxy.start", "CAN RUN ON", "5: db1 lb1 web1 web2 web3", "NotInstalled > Configured > Active"},
			"build-host":         {"> · db1", "· lb1", "ANSWER 1 missing"},
			"build-hosts":        {"0 of 5 hosts marked", "Proxy.start @lb1"},
			"build-hosts-none":   {"enter again gives none"},
			"build-hosts-marked": {"[1] · web1", "[2] · web2", "order: web1 web2"},
			"build-answered":     {"READY for the plan (p)", "values are suggested: a goes through them"},
			"build-port":         {"WebServer.create_document_root", " web1", " web2", "Listen port", "> 80", "default of WebServer", "READY for the plan"},
			"build-port-range":   {"! port must be a port from 1 to 65535, is 70000", "TYPING"},
			"build-port-type":    {`! port must be a whole number, is "abc"`},
			"build-root":         {"> /var/www/website/", "default of WebSite", "/var/www/ ", "WHY AM I ASKED", "Templated needs document_root"},
			"build-root-other":   {"> /var/www/ "},
			"build-ready":        {"8080", "Ready: p shows the plan"},
			"build-tree":         {"WHAT WILL BE DONE", "WHY IS IT HERE"},
			"build-all":          {"managed"},
			"plan":               {"NotInstalled → Active", "port = 8080", "enter Configured", "19 steps on 3 hosts"},
			"plan-order":         {"in order", "at once", "after"},
			"plan-confirm":       {"Run Proxy.start @lb1?", "19 steps on 3 hosts", "web1 web2 lb1"},
			"run":                {"RUN", "run 1/3", "waits for web1 web2", "Installation of webserver"},
			"quit":               {"leave it running", "cancel it", "stay", "Proxy.start @lb1 is running", "Running now on: web1 web2"},
			"cancel":             {"Cancel Proxy.start @lb1?"},
			"done":               {"DONE", "19 of 19 steps", "RESULT", "backends (2)", "http://192.0.2.14:80", "STATE STACKS NOW", "100%"},
			"run-log":            {"follow off", "Starting the proxy"},
			"logs-filter":        {"/ back", "3 lines match", "Backend 1: http://192.0.2.13:8080", "dropped 0"},
			"host-applied":       {"4 Active", "NOW", "port=8080", "1 NotInstalled", "path=/var/www/website/", "OFFERS HERE"},
			"help":               {"─ Help ─", "EVERYWHERE"},
			"palette":            {"deploy PATTERN"},
		}
		walkAll(d, func(name string) {
			if texts, ok := want[name]; ok {
				t.Log(name)
				d.see(texts...)
				delete(want, name)
			}
		})
		for name := range want {
			t.Errorf("the walk does not come to %s", name)
		}
	})
}
