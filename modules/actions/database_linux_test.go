package actions_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// A database of a server that is not there yet is foreseen with it, made with it, and undone
// with it; where its data was kept, it is not known what it has.
func TestADatabaseWithItsServer(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	set, err := modules.Config{Machine: host.New(t.TempDir())}.Load(source(map[string]string{"a.star": `
def _install(ctx):
    ctx.host.packages("mariadb-server")
def _activate(ctx):
    ctx.host.service("mariadb", running = True, enabled = True)
    ctx.host.database("shop")
    ctx.host.database_user("shop", password = "hunter22", databases = ["shop"])
lifecycle("App", states = [state("Off"), state("Installed", enter = _install), state("On", enter = _activate)])`}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	foreseen := func(all ...spec.Step) (last string) {
		t.Helper()
		got, err := e.Preview(t.Context(), spec.Work{Lifecycle: "App", From: e.Applied(), Steps: all})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range got {
			last = p.Why + "\n"
			for _, c := range p.Changes {
				last += c.What + "\n"
			}
		}
		return last
	}
	const made = "\n+ database mariadb/shop (character set utf8mb4, any collation)\n+ database_user mariadb/shop@localhost (password; ALL PRIVILEGES ON `shop`.*)\n"
	if got := foreseen(enter("Installed"), enter("On")); got != made {
		t.Errorf("foreseen:\n%s", got)
	}
	for i := range 2 {
		lines, err := steps(t, e, spec.ChangedStop, enter("Installed"), enter("On"))
		all := strings.Join(lines, "\n") + "\n"
		if err != nil || !strings.Contains(all, made[1:]) && i == 0 {
			t.Fatalf("%d: %v\n%s", i, err, all)
		}
		drift, err := e.Drift(t.Context())
		if err != nil || len(drift.Findings) > 0 {
			t.Errorf("%d: %+v, %v", i, drift, err)
		}
		if got := foreseen(leave("On")); !strings.Contains(got, "- database_user mariadb/shop@localhost") || !strings.Contains(got, "- database mariadb/shop (was character set utf8mb4") {
			t.Errorf("%d: what is undone is foreseen as\n%s", i, got)
		}
		if lines, err = steps(t, e, spec.ChangedStop, leave("On"), leave("Installed")); err != nil {
			t.Fatalf("%d: %v\n%s", i, err, strings.Join(lines, "\n"))
		}
		if got := foreseen(enter("Installed"), enter("On")); !strings.Contains(got, "~ database mariadb/shop (character set utf8mb4, any collation, was unknown)") ||
			!strings.Contains(got, "~ database_user mariadb/shop@localhost (password; ALL PRIVILEGES ON `shop`.*, was unknown)") {
			t.Errorf("%d: with the data that was kept it is foreseen as\n%s", i, got)
		}
	}
}
