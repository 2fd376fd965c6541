package op_test

import (
	"os"
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
)

// A setting is changed in its place, is taken back, and what the lens does not understand is
// named by its line, while the file stays.
func TestAugeasOnAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	const file = "/etc/default/shop"
	args := op.Arguments{"path": file, "lens": "Shellvars.lns", "set": "PORT\n81\nNAME\n\"a shop\""}
	must(t, os.WriteFile(file, []byte("# of the shop\nPORT=80 # usual\n"), 0o600))
	if said, _, _ := plan("augeas", args, v); !strings.Contains(said, "there is no augtool") {
		t.Errorf("without augtool it says %s", said)
	}
	over := view.NewOverlay(v)
	_, _, tools := plan("packages", op.Arguments{"names": "augeas-tools"}, v)
	_, err := op.Apply(t.Context(), over, tools...)
	must(t, err)
	if said, _, _ := plan("augeas", args, over); !strings.Contains(said, "is known when augeas-tools is installed") {
		t.Errorf("in a preview it says %s", said)
	}
	_, err = op.Apply(t.Context(), v, tools...)
	must(t, err)
	before := state(t)
	undo := do(t, v, "augeas", args)
	if got := sh(t, "cat "+file); got != "# of the shop\nPORT=81 # usual\nNAME=\"a shop\"" {
		t.Errorf("it is\n%s", got)
	}
	if said, _, _ := plan("augeas", args, v); said != "" {
		t.Errorf("the second time it says %s", said)
	}
	undo()
	if after := state(t); after != before {
		t.Errorf("undone it differs:\n%s", difference(before, after))
	}
	do(t, v, "augeas", op.Arguments{"path": "/etc/default/new", "lens": "Shellvars.lns", "set": "A\n1"})()
	must(t, os.WriteFile(file, []byte("PORT=80\n(((\n"), 0o600))
	for set, want := range map[string]string{"PORT\n1": "line 2, column 0: Syntax error: ((("} {
		args["set"] = set
		if said, _, _ := plan("augeas", args, v); !strings.Contains(said, want) {
			t.Errorf("%q: %s", set, said)
		}
	}
	must(t, os.WriteFile(file, []byte("PORT=80\n"), 0o600))
	for set, want := range map[string]string{"PORT\na b": `{ "PORT" = "a b" }`, "PORT[\n1": "unmatched ["} {
		args["set"] = set
		if said, _, _ := plan("augeas", args, v); !strings.Contains(said, want) {
			t.Errorf("%q: %s", set, said)
		}
	}
}
