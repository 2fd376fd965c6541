package actions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// served is an engine of a server with sites, whose calls change files below a directory.
func served(t *testing.T, store lifecycle.Store, dir string) *lifecycle.Engine {
	t.Helper()
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
D = %q
def _site(ctx):
    name = ctx.req.s.name
    ctx.host.file(D + "/sites/" + name, "site " + name + "\n")
    ctx.host.line(D + "/list", "# sites")
    ctx.host.line(D + "/list", "site " + name)
    ctx.host.file(D + "/common", "for all\n")
    ctx.host.run(["touch", D + "/ran"], creates = D + "/ran", undo = ["rm", D + "/ran"])
def _crossed(ctx, flags):
    ctx.log("crossed %%s" %% flags["reload"])
def _drop(ctx):
    ctx.log("drop %%s, password %%s" %% (ctx.req.s.name, ctx.req.s.pw))
    ctx.host.absent(D + "/base-" + ctx.req.s.name)
def _create(ctx):
    ctx.host.file(D + "/base-" + ctx.req.s.name, "rows\n")
NAME = require("s", var("name", str), var("pw", password, default = "hunter22"))
lifecycle("App", states = [
    state("Off"),
    state("On", cross = _crossed, provides = [
        provide("site", _site, requires = [require("s", var("name", str))], flags = {"reload": True}),
        provide("base", _create, undo = _drop, requires = [NAME], flags = {"reload": True}),
        provide("data", _create, keep = True, requires = [NAME], flags = {"reload": True}),
    ]),
])`, dir)}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: store, Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func callFor(provide, name string, states ...spec.Path) spec.Step {
	return spec.Step{Action: spec.Call, State: "On", Provide: provide, For: states, Inputs: spec.Inputs{"s": {{"name": name}}}}
}

func takeBack(provide string, states ...spec.Path) spec.Step {
	return spec.Step{Action: spec.TakeBack, State: "On", Provide: provide, For: states}
}

const (
	shop = spec.Path("/web1/Shop/Active")
	wiki = spec.Path("/web2/Wiki/Active")
)

// stepsIn does steps in a run.
func stepsIn(t *testing.T, e *lifecycle.Engine, run spec.RunID, all ...spec.Step) (lines []string) {
	t.Helper()
	ready, err := e.Prepare(t.Context(), spec.Work{Lifecycle: "App", From: e.Applied(), Steps: all})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ready {
		if _, err := e.Execute(t.Context(), run, p, lifecycle.Sink{Log: func(_ spec.Level, text string) { lines = append(lines, text) }}); err != nil {
			t.Fatal(err, lines)
		}
	}
	return lines
}

func foreseen(t *testing.T, e *lifecycle.Engine, dir string, all ...spec.Step) (out []string) {
	t.Helper()
	shown, err := e.Preview(t.Context(), spec.Work{Lifecycle: "App", From: e.Applied(), Steps: all})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shown {
		for _, c := range s.Changes {
			out = append(out, strings.ReplaceAll(strings.SplitN(c.What, " (", 2)[0], dir, "D"))
		}
	}
	return out
}

func usedBy(e *lifecycle.Engine) (out []string) {
	for _, c := range e.Stack().StandingCalls() {
		out = append(out, fmt.Sprintf("%s for %v in %s", c.Provide, c.For, c.By))
	}
	return out
}

// What one call did is taken back while its state stays, and what another call needs of it
// is that one's from then on.
func TestTakingBackOneOfTwoCalls(t *testing.T) {
	for _, first := range []spec.Path{shop, wiki} {
		t.Run(first.Lifecycle(), func(t *testing.T) {
			dir := newHostDirectory(t)
			before := tree(t, dir)
			store := lifecycle.NewMemory()
			e := served(t, store, dir)
			stepsIn(t, e, "r1", enter("On"), callFor("site", "shop", shop))
			onlyShop := tree(t, dir)
			stepsIn(t, e, "r2", callFor("site", "wiki", wiki))
			both := tree(t, dir)
			e = served(t, store, dir) // as after a restart
			want := []string{"  run touch D/ran stays: On.site needs it", "  D/common stays: On.site needs it", "~ D/list",
				"- D/sites/shop", "  D/sites stays: On.site needs it"}
			second := wiki
			if first == wiki {
				want, second = []string{"~ D/list", "- D/sites/wiki"}, shop
			}
			if diff := cmp.Diff(want, foreseen(t, e, dir, takeBack("site", first))); diff != "" {
				t.Errorf("the preview, -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(both, tree(t, dir)); diff != "" {
				t.Errorf("the preview changed:\n%s", diff)
			}
			lines := stepsIn(t, e, "r3", takeBack("site", first))
			if !slices.Contains(lines, "crossed True") {
				t.Errorf("the state was not crossed: %q", lines)
			}
			now := tree(t, dir)
			if first == wiki {
				if diff := cmp.Diff(onlyShop, now); diff != "" {
					t.Errorf("-before wiki +after:\n%s", diff)
				}
			} else if now["/sites/shop"] != "" || now["/sites/wiki"] == "" || now["/list"] != "-rw-r--r-- # sites\nsite wiki\n" || now["/common"] == "" || now["/ran"] == "" {
				t.Errorf("there is %v", now)
			}
			if got := usedBy(e); len(got) != 1 || !strings.Contains(got[0], string(second)) {
				t.Errorf("calls are known: %v", got)
			}
			if d, err := e.Drift(t.Context()); err != nil || len(d.Findings) > 0 {
				t.Errorf("drift %+v, %v", d.Findings, err)
			}
			e = served(t, store, dir)
			if first == wiki {
				stepsIn(t, e, "r4", takeBack("site", second))
			} else {
				stepsIn(t, e, "r4", leave("On")) // takes it back as well
			}
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("-before all +after all:\n%s", diff)
			}
			if got := usedBy(e); len(got) != 0 {
				t.Errorf("calls are known: %v", got)
			}
		})
	}
}

func TestTakingBackWhatOneRunCalled(t *testing.T) {
	dir := newHostDirectory(t)
	e := served(t, lifecycle.NewMemory(), dir)
	stepsIn(t, e, "r1", enter("On"), callFor("site", "a", shop))
	once := tree(t, dir)
	stepsIn(t, e, "r2", callFor("site", "b", shop, wiki), callFor("site", "a", shop))
	step := takeBack("site")
	step.Run = "r2"
	stepsIn(t, e, "r3", step)
	if diff := cmp.Diff(once, tree(t, dir)); diff != "" {
		t.Errorf("-before r2 +after:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"site for [" + string(shop) + "] in r1"}, usedBy(e)); diff != "" {
		t.Errorf("calls, -want +got:\n%s", diff)
	}
	if got := stepsIn(t, e, "r4", step); !strings.Contains(strings.Join(got, "\n"), "nothing to take back") {
		t.Errorf("the second time: %q", got)
	}
	if diff := cmp.Diff(once, tree(t, dir)); diff != "" {
		t.Errorf("the second time changed:\n%s", diff)
	}
}

// A call that is for two states stands until it is for none.
func TestTakingBackForOneOfTwoStates(t *testing.T) {
	dir := newHostDirectory(t)
	e := served(t, lifecycle.NewMemory(), dir)
	stepsIn(t, e, "r1", enter("On"))
	before := tree(t, dir)
	stepsIn(t, e, "r1", callFor("site", "a", shop, wiki))
	up := tree(t, dir)
	if got := stepsIn(t, e, "r2", takeBack("site", shop)); !strings.Contains(strings.Join(got, "\n"), "it is also for "+string(wiki)) {
		t.Errorf("it says %q", got)
	}
	if diff := cmp.Diff(up, tree(t, dir)); diff != "" {
		t.Errorf("it changed:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"site for [" + string(wiki) + "] in r1"}, usedBy(e)); diff != "" {
		t.Errorf("calls, -want +got:\n%s", diff)
	}
	stepsIn(t, e, "r3", takeBack("site", wiki))
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}

func TestAProvideThatTakesItselfBackAndOneThatKeeps(t *testing.T) {
	dir := newHostDirectory(t)
	e := served(t, lifecycle.NewMemory(), dir)
	stepsIn(t, e, "r1", enter("On"))
	before := tree(t, dir)
	stepsIn(t, e, "r1", callFor("base", "a", shop), callFor("base", "b", shop), callFor("base", "c", wiki))
	if diff := cmp.Diff([]string{"- D/base-b", "- D/base-a"}, foreseen(t, e, dir, takeBack("base", shop))); diff != "" {
		t.Errorf("the preview, -want +got:\n%s", diff)
	}
	lines := strings.Join(stepsIn(t, e, "r2", takeBack("base", shop)), "\n")
	if b, a := strings.Index(lines, "drop b, password None"), strings.Index(lines, "drop a, password None"); b < 0 || a < b || strings.Contains(lines, "drop c") {
		t.Errorf("it says %s", lines)
	}
	stepsIn(t, e, "r3", takeBack("base", wiki))
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
	stepsIn(t, e, "r4", callFor("data", "d", shop))
	up := tree(t, dir)
	lines = strings.Join(stepsIn(t, e, "r5", takeBack("data", shop)), "\n")
	if lines != "what On.data did is kept" {
		t.Errorf("it says %s", lines)
	}
	if diff := cmp.Diff(up, tree(t, dir)); diff != "" || len(usedBy(e)) != 0 {
		t.Errorf("calls %v, changed:\n%s", usedBy(e), diff)
	}
	stepsIn(t, e, "r6", leave("On")) // what is kept is kept as long as its state is applied
	if text, err := os.ReadFile(filepath.Join(dir, "base-d")); err == nil {
		t.Errorf("there is still %s", text)
	}
}

func TestWhatWasChangedSinceStopsTakingBack(t *testing.T) {
	dir := newHostDirectory(t)
	e := served(t, lifecycle.NewMemory(), dir)
	stepsIn(t, e, "r1", enter("On"), callFor("site", "a", shop))
	if err := os.WriteFile(filepath.Join(dir, "common"), []byte("by hand\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	up := tree(t, dir)
	if _, err := steps(t, e, "", takeBack("site", shop)); spec.KindOf(err) != spec.Conflict || !strings.Contains(err.Error(), "undo On.site: ") {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(up, tree(t, dir)); diff != "" {
		t.Errorf("it changed:\n%s", diff)
	}
	if _, err := steps(t, e, spec.ChangedKeep, takeBack("site", shop)); err != nil {
		t.Fatal(err)
	}
	if now := tree(t, dir); now["/common"] != "-rw-r--r-- by hand\n" || now["/sites"] != "" || now["/list"] != "" {
		t.Errorf("there is %v", now)
	}
}
