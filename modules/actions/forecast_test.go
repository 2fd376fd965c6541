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
