package cli_test

import (
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/cli/settings"
)

// A cron job has no USER, and a unit of systemd no HOME: /etc/passwd has both.
func TestOperatorWithoutEnvironment(t *testing.T) {
	me, err := user.Current()
	if err != nil || me.Username == "" || me.HomeDir == "" {
		t.Log("the system does not know who runs this, and so cannot Armonic")
		return
	}
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		t.Setenv(name, "")
	}
	var out strings.Builder
	local := []string{"--local", "--state-dir", t.TempDir()}
	run := func(args ...string) {
		t.Helper()
		if code := cli.Run(append(args, local...), cli.Streams{In: strings.NewReader(""), Out: &out, Err: t.Output()}); code != 0 {
			t.Fatalf("%v ended with %d", args, code)
		}
	}
	run("provide-call", "//WebServer//start")
	out.Reset()
	run("history", "-o", "json")
	if want := `"who":"` + me.Username + `"`; !strings.Contains(out.String(), want) {
		t.Errorf("the history has no %s:\n%s", want, &out)
	}
}

func TestStateWithoutHome(t *testing.T) {
	me, err := user.Current()
	if err != nil || me.HomeDir == "" {
		t.Log("the system does not know who runs this, and so cannot Armonic")
		return
	}
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("HOME", "")
	if err := os.Unsetenv("HOME"); err != nil {
		t.Fatal(err)
	}
	if got, want := settings.StateDir(), filepath.Join(me.HomeDir, ".local", "state", "armonic"); got != want {
		t.Errorf("the state is kept in %s, want %s", got, want)
	}
}
