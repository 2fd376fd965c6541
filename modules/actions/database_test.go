package actions_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// inMemoryOnly is a machine whose host is in memory.
type inMemoryOnly struct {
	*host.Host
	system *view.Memory
}

func (m inMemoryOnly) System(func(text string)) view.View { return m.system }

// A database that got tables stays when it is undone, unless it was said that it may go; one
// that is empty goes. What a server keeps of passwords is in no plan, no log and no journal.
func TestDatabasesAreUndone(t *testing.T) {
	machine := inMemoryOnly{host.New(""), view.NewMemory()}
	set, err := modules.Config{Machine: machine}.Load(source(map[string]string{"a.star": `
def _enter(ctx):
    for name in ["empty", "full"]:
        ctx.host.database(name)
    ctx.host.database("cache", keep_data = False)
    ctx.host.database_user("shop", password = ctx.req.r.pw, databases = ["full"])
lifecycle("App", states = [state("Off"), state("On", enter = _enter, requires = [require("r", var("pw", password))])])`}))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	store, err := journal.Open(filepath.Join(dir, journal.File), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: store, Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := steps(t, e, spec.ChangedStop, spec.Step{Action: spec.Enter, State: "On", Inputs: spec.Inputs{"r": {{"pw": "hunter22"}}}})
	all := strings.Join(lines, "\n")
	if err != nil || strings.Contains(all, "hunter22") || strings.Contains(all, "0D5444D6") || !strings.Contains(all, "cache (character set utf8mb4, any collation), to be dropped with its data") {
		t.Fatalf("%v\n%s", err, all)
	}
	for _, name := range []string{"full", "cache"} {
		o := view.DatabaseState{Charset: "utf8mb4", Collation: "utf8mb4_bin", Tables: true}.Object()
		if _, err := machine.system.Put(t.Context(), view.Named{Key: "database mariadb/" + name, Object: o}); err != nil {
			t.Fatal(err)
		}
	}
	text := ""
	for _, content := range tree(t, dir) {
		text += content
	}
	if !strings.Contains(text, "mariadb/shop@localhost") || strings.Contains(text, "0D5444D6") || strings.Contains(text, "hunter22") {
		t.Error("the journal has the password, or not the user")
	}
	drift, err := e.Drift(t.Context())
	if err != nil || drift.Looked != 4 || len(drift.Findings) > 0 {
		t.Errorf("%+v, %v", drift, err)
	}
	lines, err = steps(t, e, spec.ChangedStop, leave("On"))
	if all := strings.Join(lines, "\n"); err != nil || !strings.Contains(all, "database mariadb/full stays: it is not empty") || strings.Contains(all, "0D5444D6") {
		t.Errorf("%v\n%s", err, all)
	}
	for key, there := range map[string]bool{"database mariadb/full": true, "database mariadb/empty": false, "database mariadb/cache": false, "database_user mariadb/shop@localhost": false} {
		if is, err := machine.system.Get(key); err != nil || (is.Kind != view.Nothing) != there {
			t.Errorf("%s is %+v, %v", key, is, err)
		}
	}
}
