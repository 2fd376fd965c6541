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
	"github.com/armonic/armonic/spec"
)

// enteredAgain is an engine of a lifecycle whose states put files into one directory.
func enteredAgain(t *testing.T, dir string) *lifecycle.Engine {
	t.Helper()
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
D = %q
def _install(ctx):
    ctx.host.file(D + "/app/" + ctx.req.r.name, "port %%d\n" %% ctx.entered("Chosen").r.port)
def _up(ctx):
    ctx.host.file(D + "/app/up", "up\n")
lifecycle("App", states = [
    state("Off"),
    state("Chosen", requires = [require("r", var("port", int))]),
    state("Installed", enter = _install, cross = lambda ctx, flags: ctx.host.line(D + "/crossed", ",".join(flags["changed"])),
        requires = [require("r", var("name", str))]),
    state("Up", enter = _up),
])`, dir)}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func enterWith(state, name string, x any, again bool) spec.Step {
	return spec.Step{Action: spec.Enter, State: state, Again: again, Inputs: spec.Inputs{"r": {{name: x}}}}
}

// A state that is entered again takes back what it does not do any more, but not a directory
// that it needs no other way than before, though another state has put something there.
func TestEnteringAgainKeepsASharedDirectory(t *testing.T) {
	dir := newHostDirectory(t)
	before := tree(t, dir)
	e := enteredAgain(t, dir)
	if _, err := steps(t, e, "", enterWith("Chosen", "port", 80, false), enterWith("Installed", "name", "a", false), enter("Up")); err != nil {
		t.Fatal(err)
	}
	if _, err := steps(t, e, "", enterWith("Installed", "name", "b", true)); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "app", "*"))
	if got := fmt.Sprint(names); err != nil || got != fmt.Sprintf("[%s/app/b %s/app/up]", dir, dir) {
		t.Errorf("there is %s (%v)", got, err)
	}
	if _, err := steps(t, e, "", leave("Up"), leave("Installed"), leave("Chosen")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("-before +undone:\n%s", diff)
	}
}

// What a state is entered with that does nothing counts in a preview, too, and so does that
// it is crossed.
func TestPreviewOfStatesThatDoNothing(t *testing.T) {
	dir := newHostDirectory(t)
	e := enteredAgain(t, dir)
	all := []spec.Step{enterWith("Chosen", "port", 80, false), enterWith("Installed", "name", "a", false)}
	preview := func(all ...spec.Step) string {
		t.Helper()
		shown, err := e.Preview(t.Context(), spec.Work{Lifecycle: "App", From: e.Applied(), Steps: all})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range shown {
			for _, c := range s.Changes {
				out = append(out, strings.ReplaceAll(c.Key, dir, "D"))
			}
			if s.Why != "" {
				out = append(out, s.Why)
			}
		}
		return strings.Join(out, " ")
	}
	if got := preview(all...); got != "D/app D/app/a" {
		t.Errorf("entering shows %q", got)
	}
	if _, err := steps(t, e, "", all...); err != nil {
		t.Fatal(err)
	}
	if got := preview(enterWith("Chosen", "port", 81, true)); got != "D/crossed" {
		t.Errorf("entering again shows %q", got)
	}
	if _, err := steps(t, e, "", enterWith("Chosen", "port", 81, true)); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "crossed")); err != nil || string(text) != "r/port\n" {
		t.Errorf("crossed with %q (%v)", text, err)
	}
}

// A command that need not be run again, since it was, is still taken back.
func TestACommandThatIsNotRunAgainIsTakenBack(t *testing.T) {
	dir := newHostDirectory(t)
	before := tree(t, dir)
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
D = %q
def _on(ctx):
    ctx.host.run(["touch", D + "/made"], creates = D + "/made", undo = ["rm", D + "/made"])
    ctx.host.run(["touch", D + "/old"], unless = ["test", "-e", D + "/old"], undo = ["rm", D + "/old"])
lifecycle("App", states = [state("Off"), state("On", enter = _on)])`, dir)}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := steps(t, e, "", enter("On"), spec.Step{Action: spec.Enter, State: "On", Again: true}, leave("On"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("-before +undone:\n%s\n%s", diff, strings.Join(lines, "\n"))
	}
}

// What a state made, and removes itself when it is entered again, is not taken back once more.
func TestEnteringAgainRemovesWhatItMade(t *testing.T) {
	dir, state := newHostDirectory(t), t.TempDir()
	before := tree(t, dir)
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
D = %q
def _on(ctx):
    if ctx.req.r.v == 1:
        ctx.host.file(D + "/a", "x\n")
    else:
        ctx.host.absent(D + "/a")
        ctx.host.file(D + "/b", "x\n")
        ctx.host.file(D + "/c", "x\n")
lifecycle("App", states = [state("Off"), state("On", enter = _on, requires = [require("r", var("v", int))])])`, dir)}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: openJournal(t, state), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := steps(t, e, "", enterWith("On", "v", 1, false), enterWith("On", "v", 2, true)); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "?"))
	if got := fmt.Sprint(names); err != nil || got != fmt.Sprintf("[%s/b %s/c]", dir, dir) {
		t.Errorf("there is %s (%v)", got, err)
	}
	if _, err := steps(t, e, "", leave("On")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("-before +undone:\n%s", diff)
	}
}
