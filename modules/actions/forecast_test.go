package actions_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// What lifecycles of one host would change in a row is what they change then: each finds in the
// preview the packages, directories, files, accounts, services and databases of those before.
func TestAPreviewOfLifecyclesInARow(t *testing.T) {
	machine := inMemoryOnly{host.New(""), view.NewMemory()}
	set, err := modules.Config{Machine: machine}.Load(source(map[string]string{"a.star": `
def _web(ctx):
    ctx.host.packages(["nginx", "php-fpm"])
    ctx.host.directory("/etc/nginx/sites")
    ctx.host.user("shop", shell = "/usr/sbin/nologin")
    ctx.host.service("nginx", enabled = True, running = True)
    ctx.host.database("shop")
    ctx.host.file("/etc/motd", "a web server\n")
lifecycle("Web", states = [state("Off"), state("On", enter = _web), state("Moved", enter = lambda ctx: ctx.host.absent("/etc/nginx/sites/old"))])
def _app(ctx):
    ctx.host.packages(["php-fpm", "php-mysql"])
    ctx.host.file("/etc/nginx/sites/shop", "root /srv/shop\n", owner = "shop")
    ctx.host.file("/etc/nginx/sites/old", "root /srv/old\n")
    ctx.host.user("shop", shell = "/usr/sbin/nologin")
    ctx.host.service("nginx", enabled = True, running = True)
    ctx.host.database("shop")
    ctx.host.database_user("shop", databases = ["shop"])
    ctx.host.line("/etc/motd", "with a shop")
lifecycle("App", states = [state("Off"), state("On", enter = _app)])`}))
	if err != nil {
		t.Fatal(err)
	}
	engines := map[string]*lifecycle.Engine{}
	for _, l := range set.Lifecycles {
		if engines[l.Name], err = lifecycle.New(l, lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}}); err != nil {
			t.Fatal(err)
		}
	}
	work := []spec.Work{
		{Lifecycle: "Web", From: []string{"Off"}, Steps: []spec.Step{enter("On")}},
		{Lifecycle: "App", From: []string{"Off"}, Steps: []spec.Step{enter("On")}},
		{Lifecycle: "Web", From: []string{"Off", "On"}, Steps: []spec.Step{enter("Moved")}},
	}
	var f lifecycle.Forecast
	shown := make([][]string, len(work))
	for i, w := range work {
		previews, err := f.Preview(t.Context(), engines[w.Lifecycle], w)
		if err != nil || previews[0].Unpredictable {
			t.Fatalf("%s: %+v, %v", w.Lifecycle, previews, err)
		}
		for _, c := range previews[0].Changes {
			shown[i] = append(shown[i], c.What)
		}
	}
	for i, w := range work {
		lines, err := steps(t, engines[w.Lifecycle], spec.ChangedStop, w.Steps...)
		if err != nil {
			t.Fatal(err)
		}
		made := slices.DeleteFunc(lines, func(line string) bool { return line[0] == ' ' }) // of differences
		if diff := cmp.Diff(shown[i], made); diff != "" {
			t.Errorf("%s: -shown +made:\n%s", w.Lifecycle, diff)
		}
	}
	if len(shown[1]) != 5 {
		t.Errorf("of what is there by then is shown again: %q", shown[1])
	}
}

// scripted is a host on which packages have scripts.
type scripted struct{ *view.Memory }

func (scripted) RemovalScripts(string) bool { return true }

type scriptedMachine struct {
	*host.Host
	system view.View
}

func (m scriptedMachine) System(func(text string)) view.View { return m.system }

// A package whose scripts may change more says so, and what such a script may make, and is to be
// absent, is said to go then.
func TestAPreviewWithScriptsOfPackages(t *testing.T) {
	for _, tt := range []struct {
		system  view.View
		scripts bool
		want    []string
	}{
		{scripted{view.NewMemory()}, true, []string{"+ package nginx (1.0-1, manual)", "- /etc/default-site, if a script of a package makes it"}},
		{view.NewMemory(), false, []string{"+ package nginx (1.0-1, manual)"}},
	} {
		set, err := modules.Config{Machine: scriptedMachine{host.New(""), tt.system}}.Load(source(map[string]string{"a.star": `
def _web(ctx):
    ctx.host.absent("/etc/before")
    ctx.host.packages(["nginx"])
    ctx.host.absent("/etc/default-site")
lifecycle("Web", states = [state("Off"), state("On", enter = _web)])`}))
		if err != nil {
			t.Fatal(err)
		}
		e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
		if err != nil {
			t.Fatal(err)
		}
		previews, err := e.Preview(t.Context(), spec.Work{Lifecycle: "Web", From: []string{"Off"}, Steps: []spec.Step{enter("On")}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range previews[0].Changes {
			got = append(got, c.What)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || previews[0].Changes[0].Scripts != tt.scripts || previews[0].Unpredictable {
			t.Errorf("%+v, -want +got:\n%s", previews[0], diff)
		}
	}
}
