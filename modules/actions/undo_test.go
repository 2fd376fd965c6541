package actions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/spec"
)

// undoable is a lifecycle that changes files below a directory, with an engine for it.
func undoable(t *testing.T, store lifecycle.Store, dir string) *lifecycle.Engine {
	t.Helper()
	return undoableOn(t, host.New(""), store, dir)
}

func undoableOn(t *testing.T, machine actions.Machine, store lifecycle.Store, dir string) *lifecycle.Engine {
	t.Helper()
	set, err := modules.Config{Machine: machine}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
D = %q
def _install(ctx):
    ctx.host.file(D + "/etc/app.conf", "port 80\n")
    ctx.host.file(D + "/key", "key " + ctx.req.r.pw, mode = "0600")
    ctx.host.link(D + "/current", "etc")
    ctx.host.absent(D + "/old")
    ctx.host.file(D + "/kept", "new\n")
def _configure(ctx):
    ctx.host.line(D + "/etc/app.conf", "port %%d" %% ctx.req.c.port, match = "port .*")
    ctx.host.run(["touch", D + "/made"], undo = ["rm", "-f", D + "/made"])
def _add(ctx):
    ctx.host.file(D + "/sites/%%s" %% ctx.req.s.name, "site\n")
def _note(ctx):
    ctx.host.line(D + "/names", "# names")
    ctx.host.line(D + "/names", ctx.req.s.name)
lifecycle("App", states = [
    state("Off"),
    state("Installed", enter = _install, requires = [require("r", var("pw", password, default = "hunter22"))]),
    state("Configured", enter = _configure, requires = [require("c", var("port", int, default = 8080))],
          provides = [provide(name, fn, requires = [require("s", var("name", str))]) for name, fn in [("add", _add), ("note", _note)]]),
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

// tree is what is below a directory: contents, with modes, and targets of links.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(p)
		if err != nil {
			return err
		}
		text, _ := os.ReadFile(p)
		target, _ := os.Readlink(p)
		out[strings.TrimPrefix(p, dir)] = fmt.Sprint(info.Mode(), " ", string(text), target)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func newHostDirectory(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(inMemory(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"old": "it was here\n", "kept": "as it was\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// steps does steps such as "enter Installed", from the stack of now.
func steps(t *testing.T, e *lifecycle.Engine, changed spec.Changed, all ...spec.Step) (lines []string, err error) {
	t.Helper()
	ready, err := e.Prepare(t.Context(), spec.Work{Lifecycle: e.Name(), From: e.Applied(), Steps: all, Changed: changed})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ready {
		if _, err := e.Execute(t.Context(), "run", p, lifecycle.Sink{Log: func(_ spec.Level, text string) { lines = append(lines, text) }}); err != nil {
			return lines, err
		}
	}
	return lines, nil
}

func enter(state string) spec.Step { return spec.Step{Action: spec.Enter, State: state} }
func leave(state string) spec.Step { return spec.Step{Action: spec.Leave, State: state} }

func addSite(name string) spec.Step {
	return spec.Step{Action: spec.Call, State: "Configured", Provide: "add", Inputs: spec.Inputs{"s": {{"name": name}}}}
}

// A state without a leave function is left by taking back what its enter and its provides
// did: then all is as before.
func TestLeavingTakesBackWhatWasDone(t *testing.T) {
	dir := newHostDirectory(t)
	before := tree(t, dir)
	store := lifecycle.NewMemory()
	e := undoable(t, store, dir)
	if _, err := steps(t, e, "", enter("Installed")); err != nil {
		t.Fatal(err)
	}
	installed := tree(t, dir)
	if _, err := steps(t, e, "", enter("Configured"), addSite("a"), addSite("b"), addSite("a")); err != nil {
		t.Fatal(err)
	}
	up := tree(t, dir)
	if up["/etc/app.conf"] != "-rw-r--r-- port 8080\n" || up["/sites/b"] == "" || up["/made"] == "" || up["/old"] != "" {
		t.Fatalf("it made %v", up)
	}
	shown, err := e.Preview(t.Context(), spec.Work{Lifecycle: "App", From: e.Applied(), Steps: []spec.Step{leave("Configured"), leave("Installed")}})
	if err != nil || len(shown) != 2 {
		t.Fatal(shown, err)
	}
	var what []string
	for _, s := range shown {
		for _, c := range s.Changes {
			what = append(what, strings.ReplaceAll(strings.SplitN(c.What, " (", 2)[0], dir, "DIR"))
		}
	}
	if diff := cmp.Diff([]string{"- DIR/sites/b", "- DIR/sites/a", "- DIR/sites", "run rm -f DIR/made", "~ DIR/etc/app.conf",
		"~ DIR/kept", "+ DIR/old", "- DIR/current", "- DIR/key", "- DIR/etc/app.conf", "- DIR/etc"}, what); diff != "" {
		t.Errorf("what it would take back, -want +got:\n%s", diff)
	}
	e = undoable(t, store, dir) // as after a restart
	lines, err := steps(t, e, "", leave("Configured"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(installed, tree(t, dir)); diff != "" {
		t.Errorf("after Configured was left, -installed +now:\n%s", diff)
	}
	more, err := steps(t, e, "", leave("Installed"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("after all was left, -before +now:\n%s", diff)
	}
	if all := strings.Join(append(lines, more...), "\n"); strings.Contains(all, "hunter22") || !strings.Contains(all, "-port 8080") {
		t.Errorf("it says\n%s", all)
	}
	if rec, _ := store.Load("App"); len(rec.Effects) > 0 {
		t.Errorf("there still stands %+v", rec.Effects)
	}
}

// What somebody changed since is not taken back: nothing is, unless it is said what to do.
func TestWhatWasChangedSinceIsNotTakenBack(t *testing.T) {
	for _, c := range []struct {
		changed         spec.Changed
		fails           string
		kept, app, mine bool // what is left of the files
	}{
		{changed: spec.ChangedStop, fails: "kept cannot be taken back: its content was changed since", kept: true, app: true, mine: true},
		{changed: spec.ChangedKeep, kept: true, mine: true},
		{changed: spec.ChangedOverwrite, mine: true},
	} {
		t.Run(string(c.changed), func(t *testing.T) {
			dir := newHostDirectory(t)
			e := undoable(t, lifecycle.NewMemory(), dir)
			if _, err := steps(t, e, "", enter("Installed")); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{"kept": "by hand\n", "etc/mine": "mine\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			lines, err := steps(t, e, c.changed, leave("Installed"))
			if (err == nil) != (c.fails == "") || err != nil && (!strings.Contains(err.Error(), c.fails) || !strings.Contains(spec.HintOf(err), "--changed=keep")) {
				t.Errorf("it ended with %v, hint %s", err, spec.HintOf(err))
			}
			now := tree(t, dir)
			if (now["/kept"] == "-rw-r--r-- by hand\n") != c.kept || (now["/etc/app.conf"] != "") != c.app || (now["/etc/mine"] != "") != c.mine {
				t.Errorf("there is %v", now)
			}
			if all := strings.Join(lines, "\n"); c.changed == "" && !strings.Contains(all, "+by hand") || c.changed == spec.ChangedKeep && !strings.Contains(all, "stays as it is") {
				t.Errorf("it says\n%s", all)
			}
		})
	}
}

// What is changed again by its state keeps what was there first; what a higher state made
// of it is taken back upon what is there now.
func TestEnteringKeepsWhatWasThereFirst(t *testing.T) {
	dir := newHostDirectory(t)
	before := tree(t, dir)
	store := lifecycle.NewMemory()
	e := undoable(t, store, dir)
	if _, err := steps(t, e, "", enter("Installed")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "etc", "app.conf"), []byte("changed\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	rec, _ := store.Load("App")
	n := len(rec.Effects)
	if err := store.Begin("App", lifecycle.Doing{Step: leave("Installed")}); err != nil { // then the agent died
		t.Fatal(err)
	}
	e = undoable(t, store, dir)
	if _, err := steps(t, e, "", enter("Installed")); err != nil {
		t.Fatal(err)
	}
	if rec, _ := store.Load("App"); len(rec.Effects) != n {
		t.Errorf("it has %d effects, had %d", len(rec.Effects), n)
	}
	if _, err := steps(t, e, "", leave("Installed")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("-before +now:\n%s", diff)
	}
}

// recordedGone is a store that keeps which effects were said to be gone in each write.
type recordedGone struct {
	lifecycle.Store
	gone *[][]int
}

func (s recordedGone) RecordEffects(l string, c lifecycle.EffectChange, lines ...string) error {
	*s.gone = append(*s.gone, c.Gone)
	return s.Store.RecordEffects(l, c, lines...)
}

// What is going to be taken back still stands in the record while something else is taken
// back, or it stays for ever if the agent is killed then.
func TestWhatIsToBeTakenBackIsNotGoneBefore(t *testing.T) {
	set, err := modules.Config{}.Load(source(map[string]string{"a.star": `
def _on(ctx):
    ctx.host.file("/etc/app.conf", "x")
    ctx.host.service("app", running = True)
    ctx.host.user("app", system = True)
lifecycle("App", states = [state("Off"), state("On", enter = _on)])`}))
	if err != nil {
		t.Fatal(err)
	}
	var gone [][]int
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: recordedGone{lifecycle.NewMemory(), &gone}, Me: spec.Info{Host: "h", Simulated: true}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := steps(t, e, "", enter("On")); err != nil {
		t.Fatal(err)
	}
	gone = nil
	if _, err := steps(t, e, "", leave("On")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]int{nil, {4}, {3}}, gone); diff != "" {
		t.Errorf("gone when each was about to be taken back, -want +got:\n%s", diff)
	}
}

// A secret stays one in the file that it was written to, whoever changes that later.
func TestASecretStaysOneInAFile(t *testing.T) {
	dir := newHostDirectory(t)
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
def _a(ctx):
    ctx.host.file(%[1]q, "pw=%%s\n" %% ctx.req.r.pw)
def _b(ctx):
    ctx.host.line(%[1]q, "b=1")
lifecycle("App", states = [state("Off"),
    state("A", enter = _a, requires = [require("r", var("pw", password, default = "hunter22"))]), state("B", enter = _b)])`, dir+"/s")}))
	if err != nil {
		t.Fatal(err)
	}
	store := lifecycle.NewMemory()
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: store, Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := steps(t, e, "", enter("A"), enter("B")); err != nil {
		t.Fatal(err)
	}
	rec, _ := store.Load("App")
	for _, x := range rec.Effects {
		if !x.Secret {
			t.Errorf("%+v is no secret", x)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "s"), []byte("pw=hunter22\nb=2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	drift, err := e.Drift(t.Context())
	if err != nil || len(drift.Findings) != 1 || strings.Contains(fmt.Sprintf("%+v", drift), "hunter22") {
		t.Errorf("%+v, %v", drift, err)
	}
}

// What is not as it was left is found, also where it cannot be looked at any more; leaving
// says what to do, and keeps it if that is said.
func TestADirectoryThatBecameALink(t *testing.T) {
	dir := newHostDirectory(t)
	e := undoable(t, lifecycle.NewMemory(), dir)
	if _, err := steps(t, e, "", enter("Installed")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "etc"), filepath.Join(dir, "moved")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("moved", filepath.Join(dir, "etc")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kept"), []byte("by hand\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	drift, err := e.Drift(t.Context())
	if err != nil || len(drift.Findings) != 3 {
		t.Errorf("found %+v, %v", drift, err)
	}
	if _, err := steps(t, e, spec.ChangedOverwrite, leave("Installed")); err == nil || !strings.Contains(spec.HintOf(err), "--changed=keep") {
		t.Errorf("it ended with %v, hint %s", err, spec.HintOf(err))
	}
	if _, err := steps(t, e, spec.ChangedKeep, leave("Installed")); err != nil {
		t.Error(err)
	}
}

// A line is taken out of a file that others have changed, too, and is not missed as long as
// it is there.
func TestALineIsTakenOutOfASharedFile(t *testing.T) {
	dir := newHostDirectory(t)
	path := filepath.Join(dir, "kept")
	engine := func(name string) *lifecycle.Engine {
		set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
def _a(ctx):
    ctx.host.line(%q, %q)
lifecycle("App", states = [state("Off"), state("A", enter = _a)])`, path, "10.0.0.1 "+name)}))
		if err != nil {
			t.Fatal(err)
		}
		e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	one, two := engine("one"), engine("two")
	for _, e := range []*lifecycle.Engine{one, two} {
		if _, err := steps(t, e, "", enter("A")); err != nil {
			t.Fatal(err)
		}
	}
	if d, err := one.Drift(t.Context()); err != nil || len(d.Findings) > 0 {
		t.Errorf("found %+v, %v", d.Findings, err)
	}
	if _, err := steps(t, one, "", leave("A")); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "as it was\n10.0.0.1 two\n" {
		t.Errorf("it is %q", text)
	}
	if err := os.WriteFile(path, []byte("as it was\n10.0.0.2 two\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if d, err := two.Drift(t.Context()); err != nil || len(d.Findings) != 1 {
		t.Errorf("found %+v, %v", d.Findings, err)
	}
	if _, err := steps(t, two, "", leave("A")); err == nil {
		t.Error("a line that was changed was taken out")
	}
}
