package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/tmuxtest"
)

// At a terminal -R conf/key=- asks, and does not show what is typed.
func TestASecretIsAskedAtATerminal(t *testing.T) {
	tmuxtest.Need(t)
	dir := t.TempDir()
	armonic, self := filepath.Join(dir, "armonic"), os.Args[0]
	module := `
def _on(ctx):
    ctx.log("the key is right" if "%s" % ctx.req.conf.key == "%s" % ctx.req.conf.same else "the key is wrong")
lifecycle("Sets", states = [state("Off"), state("On", enter = _on, requires = [
    require("conf", var("key", password), var("same", password, default = "hunter22"), var("note", str))])])
`
	if err := os.Symlink(self, armonic); err != nil { // the test binary is armonic if it is called so
		t.Fatal(err)
	}
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
