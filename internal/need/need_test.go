package need_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/need"
	"github.com/google/go-cmp/cmp"
)

func TestProgram(t *testing.T) {
	const missing = "this test needs prosody, which is not here; hint: as root, apt-get install prosody"
	for name, tt := range map[string]struct {
		program, here string
		ci            bool
		path, outcome string
	}{
		"is here":           {program: "prosody", here: "prosody", path: "/bin/prosody"},
		"is missing":        {program: "prosody", outcome: "skip: SKIPPED: " + missing},
		"is missing, in CI": {program: "prosody", ci: true, outcome: "fatal: " + missing + " (CI=true: nothing may be skipped)"},
		"is not listed": {program: "prosodyctl", here: "prosodyctl",
			outcome: "fatal: prosodyctl is not in internal/need/programs, where everybody sees what tests need"},
	} {
		t.Run(name, func(t *testing.T) {
			look := func(name string) (string, error) {
				if name == tt.here {
					return "/bin/" + name, nil
				}
				return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
			}
			r := &recorder{}
			path := r.run(func() string { return need.Machine{Look: look, CI: tt.ci}.Program(r, tt.program) })
			if diff := cmp.Diff([]string{tt.path, tt.outcome}, []string{path, r.outcome}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// The list is read by a shell script too: three words a line.
func TestListOfPrograms(t *testing.T) {
	text, err := os.ReadFile("programs")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") && len(strings.Fields(line)) != 3 {
			t.Errorf("%q is not a program, a package and a target", line)
		}
	}
}

func TestRoot(t *testing.T) {
	for _, tt := range []struct {
		machine need.Machine
		want    string
	}{
		{need.Machine{IsRoot: true}, ""},
		{need.Machine{IsRoot: true, CI: true}, ""},
		{need.Machine{}, "skip: SKIPPED: this test needs root: it makes a network"},
		{need.Machine{CI: true}, "fatal: this test needs root: it makes a network (CI=true: nothing may be skipped)"},
	} {
		r := &recorder{}
		r.run(func() string { tt.machine.Root(r, "it makes a network"); return "" })
		if r.outcome != tt.want {
			t.Errorf("%+v ends with %q, want %q", tt.machine, r.outcome, tt.want)
		}
	}
}

func TestAllowed(t *testing.T) {
	for _, tt := range []struct {
		machine need.Machine
		err     error
		want    string
	}{
		{need.Machine{CI: true}, nil, ""},
		{need.Machine{}, os.ErrPermission, "skip: SKIPPED: this test must be allowed to fly: permission denied"},
		{need.Machine{CI: true}, os.ErrPermission, "fatal: this test must be allowed to fly: permission denied (CI=true: nothing may be skipped)"},
	} {
		r := &recorder{}
		r.run(func() string { tt.machine.Allowed(r, "fly", tt.err); return "" })
		if r.outcome != tt.want {
			t.Errorf("%+v, %v ends with %q, want %q", tt.machine, tt.err, r.outcome, tt.want)
		}
	}
}

// recorder is a test that remembers how it was ended.
type recorder struct {
	testing.TB
	outcome string
}

func (r *recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) {
	r.outcome = "skip: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.outcome = "fatal: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run calls f as a test would be: on a goroutine that may be ended in the middle.
func (r *recorder) run(f func() string) (path string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		path = f()
	}()
	<-done
	return path
}
