package view

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
)

// What augtool prints, which ends with 0 only if all was well.
func TestWhatAugeasSays(t *testing.T) {
	e := AugeasEdit{Path: "/etc/x", Lens: "Shellvars.lns", Content: "A=1\n(((\nB=2\n", Set: []AugeasSetting{{"A", `say "b" \ c`}}}
	if want := "print /augeas//error\nset \"/files/etc/x/A\" \"say \\\"b\\\" \\\\ c\"\nsave\nprint /augeas//error\n"; e.script() != want {
		t.Errorf("it is told\n%s", e.script())
	}
	for _, c := range []struct{ said, complaints, want, hint string }{
		{`/augeas/files/etc/x/error = "parse_failed"
/augeas/files/etc/x/error/pos = "4"
/augeas/files/etc/x/error/line = "2"
/augeas/files/etc/x/error/char = "0"
/augeas/files/etc/x/error/lens = "/usr/share/augeas/lenses/dist/shellvars.aug:251.12-.60:"
/augeas/files/etc/x/error/message = "Syntax error"
/augeas/files/etc/x/error = "parse_skel_failed"
/augeas/files/etc/x/error/line = "3"`, "saving failed (run 'errors' for details)", "/etc/x cannot be read as Shellvars.lns has it: line 2, column 0: Syntax error: (((", "mend that line"},
		{`/augeas/files/etc/x/error = "put_failed"
/augeas/files/etc/x/error/path = "/files/etc/x/"
/augeas/files/etc/x/error/message = "Failed to match tree under /\n\n     { \"A\" = \"a b\" }\n\n  with pattern\n   \n(    { /#comment/ = /[^\\t]/ }"`, "error: Failed to execute command",
			`/etc/x cannot have what is set by Shellvars.lns: Failed to match tree under / { "A" = "a b" }`, "augtool print /files/etc/x"},
		{`/augeas/load/Shellvars/error = "Can not find lens Shellvars.lns"`, "error: Lens not found", "Augeas has no lens Shellvars.lns", "/usr/share/augeas/lenses/dist"},
		{"", "error: Invalid path expression", "Augeas cannot change /etc/x: error: Invalid path expression", "paths"},
		{"", "", "Augeas cannot change /etc/x: a path is none", "paths"},
	} {
		if err := e.fault(1, c.said, c.complaints); err == nil || !strings.HasPrefix(err.Error(), c.want) || !strings.Contains(spec.HintOf(err), c.hint) {
			t.Errorf("%v (hint %s), want %s", err, spec.HintOf(err), c.want)
		}
	}
	if err := e.fault(0, "Saved 1 file(s)\n", ""); err != nil {
		t.Error(err)
	}
}
