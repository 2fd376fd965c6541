package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/journal"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"armonic": func() {
			os.Exit(cli.Run(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		},
	})
}

// TestScripts runs the real commands as testdata/script/*.txtar says. Besides what
// testscript offers there are:
//
//	exits CODE CMD…    the command ends with that code
//	lastjson KEY=TEXT  the last line of stdout is an object with that value; KEY is a.b.c
//	hold DIR           this process uses the state directory until the script ends
//
// and $HOST, the name of this host.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/state")
			e.Setenv("HOME", e.WorkDir)
			name, err := os.Hostname()
			e.Setenv("HOST", name)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"lastjson": lastJSON,
			"hold":     hold,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE CMD…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("ended with %d, want %d", got, want)
	}
}

func hold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold DIR")
	}
	j, err := journal.Open(filepath.Join(ts.MkAbs(args[0]), journal.File), journal.Options{})
	ts.Check(err)
	ts.Defer(func() { _ = j.Close() })
}

func lastJSON(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	var obj any
	ts.Check(json.NewDecoder(bytes.NewReader([]byte(lines[len(lines)-1]))).Decode(&obj))
	for _, arg := range args {
		path, want, _ := strings.Cut(arg, "=")
		x := obj
		for _, name := range strings.Split(path, ".") {
			m, ok := x.(map[string]any)
			if !ok {
				ts.Fatalf("%s: nothing there in %s", path, lines[len(lines)-1])
			}
			x = m[name]
		}
		text, err := json.Marshal(x)
		ts.Check(err)
		if (string(text) == want) == neg {
			ts.Fatalf("%s is %s, want %s (negated: %v)", path, text, want, neg)
		}
	}
}
