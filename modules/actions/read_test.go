package actions_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/value"
)

func TestRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("correct\nhorse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(more string) string { return `ctx.host.read("` + file + `"` + more + `)` }
	for _, c := range []struct {
		name, body string
		simulated  bool
		want       any
	}{
		{"a text", "return " + read(""), false, "correct\nhorse\n"},
		{"a secret", "ctx.log(" + read(", secret = True") + ")\nreturn " + read(", secret = True"), false, value.Secret("correct\nhorse\n")},
		{"an example", "return " + read(`, example = "battery"`), true, "battery"},
		{"the file of a simulated host", `ctx.host.file("/srv/key", "staple")` + "\nreturn ctx.host.read(\"/srv/key\", example = \"battery\")", true, "staple"},
	} {
		var said log
		call := said.call(nil)
		call.Me.Simulated, call.Kept = c.simulated, &lifecycle.Kept{}
		got, err := onThisHost(t, c.body)(t.Context(), call)
		if err != nil || got != c.want || strings.Contains(strings.Join(said.lines, ""), "correct") {
			t.Errorf("%s: %v, %v, says %q", c.name, got, err, said.lines)
		}
	}
	for body, want := range map[string]string{
		`ctx.host.read("/no/such/file")`:                     "there is no file /no/such/file",
		`ctx.host.read("/etc")`:                              "/etc is no file but a directory",
		`ctx.host.read("etc")`:                               "no absolute path",
		`ctx.host.read("/etc/hostname", example = "x", y=1)`: "y",
	} {
		if _, err := onThisHost(t, body)(t.Context(), new(log).call(nil)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// What is not there yet, or what a command may change before, is not known in a preview.
func TestReadInAPreview(t *testing.T) {
	for body, want := range map[string]string{
		`ctx.host.read("/no/such/file")`:                                                 "from here on it depends on what is in /no/such/file",
		"ctx.host.run([\"true\"])\nctx.host.read(\"/etc/passwd\")":                       "from here on it depends on what is in /etc/passwd",
		"ctx.host.file(\"/srv/no-such-x\", \"y\\n\")\nctx.host.read(\"/srv/no-such-x\")": "",
	} {
		c := new(log).call(nil)
		c.Preview = &lifecycle.Preview{Host: &lifecycle.Kept{}}
		_, err := onThisHost(t, body)(t.Context(), c)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
