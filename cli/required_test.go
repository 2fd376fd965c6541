package cli_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// partedFleet has hosts that cannot be reached.
type partedFleet struct {
	*agentd.Fleet
	away *spec.Host
}

func (f partedFleet) Agent(h spec.Host) (spec.Agent, error) {
	if h == *f.away {
		return nil, spec.Errorf(spec.Unavailable, "%s is offline", h)
	}
	return f.Fleet.Agent(h)
}

const wikiModule = `
def _create(ctx):
    ctx.host.file("/var/db/" + ctx.req.db.name, "rows\n")
lifecycle("Mysql", states = [state("Off"), state("On", provides = [
    provide("create_database", _create, requires = [require("db", var("name", str))])])])
def _configure(ctx):
    ctx.host.file("/etc/wiki", "db %s\n" % ctx.req.db.host)
lifecycle("Wiki", states = [state("Off"), state("On", enter = _configure,
    requires = [require_external("db", "//Mysql//create_database", args = [var("name", str, default = "wiki")])],
    provides = [provide("start")])])
`

// What a state required on another host is taken back when the state is left; if it was
// taken away, a deployment makes it good again.
func TestWhatAStateRequiredOnAnotherHost(t *testing.T) {
	set, err := modules.Config{}.Load(modules.Source{Name: "own", FS: fstest.MapFS{"a.star": &fstest.MapFile{Data: []byte(wikiModule)}}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := agentd.Simulate("test", agentd.Config{Lifecycles: set.Lifecycles}, 11, "db1", "web1", "web2")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var away spec.Host
	run := func(code int, line, says string) {
		t.Helper()
		var out strings.Builder
		got := cli.RunOn(partedFleet{f, &away}, strings.Fields(line), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
		if got != code || !strings.Contains(out.String(), says) {
			t.Errorf("%s ended with %d, want %d and %q; it said\n%s", line, got, code, says, out.String())
		}
	}
	calls := func(want ...string) {
		t.Helper()
		stacks, err := f.Services["db1"].Stacks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range stacks {
			for _, c := range s.StandingCalls() {
				out = append(out, string(c.For[0].Host()))
			}
		}
		if !slices.Equal(out, want) {
			t.Errorf("database servers are used by %v, want %v", out, want)
		}
	}
	deploy := "deploy //Wiki//start --hosts db=db1 --autofill --yes --on "
	run(0, deploy+"web1 --set //db/name=one", "done")
	run(0, deploy+"web2 --set //db/name=two", "done")
	calls("web1", "web2")
	goto1 := "state-goto //Wiki/Off -J web1 --yes"
	away = "db1"
	run(4, goto1, "hint: try again when db1 answers, or add --keep-provides")
	calls("web1", "web2")
	away = ""
	run(0, goto1+" --dry-run", "also takes back Mysql.create_database on db1\n/db1/Mysql is at Off > On (simulated)\n"+
		"  undo On.create_database\n    - /var/db/one (file)\n      /var/db stays: On.create_database needs it\n")
	run(0, goto1, "undo On.create_database done")
	calls("web2")
	run(0, "state-goto //Wiki/Off -J web2 --yes --keep-provides", "/web2/Wiki is at Off")
	calls("web2")
	run(0, "provide-undo //create_database -J db1 --dry-run", "  undo On.create_database\n    - /var/db/two (file)\n    - /var/db (directory)\n")
	run(0, "provide-undo //create_database -J db1", "undo On.create_database done")
	calls()

	run(0, deploy+"web1 --set //db/name=one", "done")
	run(1, "state-goto //Mysql/Off -J db1 --yes", "used by Wiki on web1 (On)")
	run(0, "state-goto //Mysql/Off -J db1 --break", "/db1/Mysql is at Off")
	run(0, deploy+"web1 --dry-run", "enter On again")
	run(0, deploy+"web1", "done")
	calls("web1")
	run(0, deploy+"web1 --dry-run", "1 step on 1 host")
	run(1, "provide-undo //create_database -J db1 --for /web1/Wiki/On", "others rely on what is taken back")
	run(0, "provide-undo //create_database -J db1 --for /web1/Wiki/On --break", "undo On.create_database done")
	calls()
	run(0, deploy+"web1", "done")
	calls("web1")
}
