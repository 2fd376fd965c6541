package actions_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// A script that lies beside the module is run as a command is, and taken back as one.
func TestAScriptBesideTheModule(t *testing.T) {
	dir := newHostDirectory(t)
	before := tree(t, dir)
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{
		"files/setup.sh": "#!/bin/sh -eu\necho \"$2\" > \"$1\"\ncat >> \"$1\"\n",
		"a.star": fmt.Sprintf(`
D = %q
def _on(ctx):
    r = ctx.host.script("files/setup.sh", [D + "/made", "a  b"], input = "and more\n", undo = ["rm", D + "/made"])
    ctx.log("code %%d" %% r.code)
lifecycle("App", states = [state("Off"), state("On", enter = _on)])`, dir)}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := foreseen(t, e, dir, enter("On")); !cmp.Equal(got, []string{"run files/setup.sh D/made 'a  b'"}) {
		t.Errorf("the preview says %q", got)
	}
	lines, err := steps(t, e, "", enter("On"))
	if err != nil || !strings.Contains(strings.Join(lines, "\n"), "$ files/setup.sh "+dir+"/made 'a  b'\ncode 0") {
		t.Errorf("it says %q (%v)", lines, err)
	}
	if now := tree(t, dir); now["/made"] != "-rw-r--r-- a  b\nand more\n" {
		t.Errorf("it made %q", now["/made"])
	}
	if _, err := steps(t, e, "", leave("On")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("-before +after:\n%s", diff)
	}
}
