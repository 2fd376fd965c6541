package cli_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/armonic/armonic/internal/xmpptest"
)

// TestLiveScripts runs the real commands as testdata/live/*.txtar says, each with an
// XMPP server of its own. Besides what TestScripts offers there are:
//
//	until SECONDS PATTERN CMD…  the command is repeated until its output matches
//	server kill|run             what becomes of the server
//	sleep DURATION
//
// and $SERVER, host:port, $STARTTLS, the same for STARTTLS, and $DOMAIN. The settings
// in the folder of the script say how to connect.
func TestLiveScripts(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		t.Helper()
		scripts, err := filepath.Glob("testdata/live/*.txtar")
		if err != nil || len(scripts) == 0 {
			t.Fatalf("scripts: %v, error %v", scripts, err)
		}
		for _, script := range scripts {
			t.Run(strings.TrimSuffix(filepath.Base(script), ".txtar"), func(t *testing.T) {
				t.Parallel()
				live(t, xmpptest.Start(t, k), script)
			})
		}
	})
}

func live(t *testing.T, server *xmpptest.Server, script string) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Files:               []string{script},
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			for name, value := range map[string]string{
				"HOME": e.WorkDir, "XDG_STATE_HOME": e.WorkDir + "/state", "XDG_CONFIG_HOME": e.WorkDir + "/.config",
				"SERVER": server.TLS, "STARTTLS": server.StartTLS, "DOMAIN": xmpptest.Domain,
				"ARMONIC_SERVER": server.TLS, "ARMONIC_CA_FILE": server.CAFile,
			} {
				e.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "lastjson": lastJSON, "until": until,
			"sleep": func(ts *testscript.TestScript, _ bool, args []string) {
				d, err := time.ParseDuration(strings.Join(args, " "))
				ts.Check(err)
				time.Sleep(d)
			},
			"server": func(ts *testscript.TestScript, _ bool, args []string) {
				switch strings.Join(args, " ") {
				case "kill":
					server.Kill()
				case "run":
					server.Run(t)
				default:
					ts.Fatalf("usage: server kill|run")
				}
			},
		},
	})
}

// until repeats a command until its output matches.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: until SECONDS PATTERN CMD…")
	}
	limit, err := time.ParseDuration(args[0] + "s")
	ts.Check(err)
	for end := time.Now().Add(limit); ; {
		_ = ts.Exec(args[2], args[3:]...) // it may fail at first
		out := ts.ReadFile("stdout")
		if matches(ts, args[1], out) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("after %s the output is\n%s\n%s", limit, out, ts.ReadFile("stderr"))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func matches(ts *testscript.TestScript, pattern, text string) bool {
	re, err := regexp.Compile("(?m)" + pattern)
	ts.Check(err)
	return re.MatchString(text)
}
