package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/internal/tmuxtest"
)

// At a terminal -R conf/key=- asks, and does not show what is typed.
func TestASecretIsAskedAtATerminal(t *testing.T) {
	tmuxtest.Need(t)
	dir, armonic := armonicProgram(t)
	module := `
def _on(ctx):
    ctx.log("the key is right" if "%s" % ctx.req.conf.key == "%s" % ctx.req.conf.same else "the key is wrong")
lifecycle("Sets", states = [state("Off"), state("On", enter = _on, requires = [
    require("conf", var("key", password), var("same", password, default = "hunter22"), var("note", str))])])
`
	if err := os.WriteFile(filepath.Join(dir, "sets.star"), []byte(module), 0o600); err != nil {
		t.Fatal(err)
	}
	x := tmuxtest.Start(t, tmuxtest.Options{Width: 100, Height: 24}, armonic, "state-goto", "Sets/On", "--demo", "--demo-pace", "0",
		"-J", "web1", "--no-default-modules", "--module-dir", dir, "-R", "conf/key=-", "-R", "conf/note=-")
	x.WaitFor("conf/key:", 20*time.Second)
	x.Type("hunter22")
	x.Press("Enter")
	x.WaitFor("conf/note:", 20*time.Second)
	x.Type("unseen")
	x.Press("Enter")
	screen := x.WaitFor("is at Off > On", 20*time.Second)
	if !strings.Contains(screen, "the key is right") || strings.Contains(screen, "hunter22") || strings.Count(screen, "unseen") != 1 {
		t.Errorf("the screen shows\n%s", screen)
	}
}

// At a terminal a state of which provides were called is left if somebody says yes.
func TestLeavingWhatWasCalledIsAskedAtATerminal(t *testing.T) {
	tmuxtest.Need(t)
	dir, armonic := armonicProgram(t)
	local := []string{"--local", "--state-dir", filepath.Join(dir, "state")}
	quiet := cli.Streams{In: strings.NewReader(""), Out: t.Output(), Err: t.Output()}
	if code := cli.Run(append([]string{"provide-call", "//WebServer//start"}, local...), quiet); code != 0 {
		t.Fatalf("the call ended with %d", code)
	}
	for _, tt := range []struct{ answer, want string }{
		{"", "not confirmed, nothing was done"},
		{"y", "is at NotInstalled"},
	} {
		x := tmuxtest.Start(t, tmuxtest.Options{Width: 100, Height: 24}, append([]string{armonic, "state-goto", "//WebServer/NotInstalled"}, local...)...)
		if screen := x.WaitFor("Go on? [y/N]", 20*time.Second); !strings.Contains(screen, "/WebServer/Active/start  called ") {
			t.Errorf("the screen shows\n%s", screen)
		}
		x.Type(tt.answer)
		x.Press("Enter")
		x.WaitFor(tt.want, 20*time.Second)
	}
}

// armonicProgram gives a new directory and the path of the program in it.
func armonicProgram(t *testing.T) (dir, armonic string) {
	t.Helper()
	dir = t.TempDir()
	armonic = filepath.Join(dir, "armonic")
	if err := os.Symlink(os.Args[0], armonic); err != nil { // the test binary is armonic if it is called so
		t.Fatal(err)
	}
	return dir, armonic
}
