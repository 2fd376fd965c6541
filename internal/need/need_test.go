package need_test

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"testing"

	"github.com/armonic/armonic/internal/need"
	"github.com/google/go-cmp/cmp"
)

func TestProgram(t *testing.T) {
	installs := func(*machine) error { return errors.New("not reached") }
	for name, c := range map[string]struct {
		have    []string // the programs that are there
		install func(*machine) error
		ci      bool
		path    string
		outcome string
	}{
		"is there": {
			have: []string{"prosodyctl"}, install: installs,
			path: "/bin/prosodyctl",
		},
		"is installed": {
			install: func(m *machine) error { m.have = append(m.have, "prosodyctl"); return nil },
			path:    "/bin/prosodyctl",
		},
		"may not be installed": {
			outcome: "skip: SKIPPED: this test needs prosodyctl, which is not here; hint: as root, apt-get install prosody",
		},
		"may not be installed, in CI": {
			ci:      true,
			outcome: "fatal: this test needs prosodyctl, which is not here; hint: as root, apt-get install prosody (CI=true: nothing may be skipped)",
		},
		"cannot be installed": {
			install: func(*machine) error { return errors.New("no network") },
			outcome: "skip: SKIPPED: this test needs prosodyctl: cannot install prosody: no network",
		},
		"cannot be installed, in CI": {
			install: func(*machine) error { return errors.New("no network") }, ci: true,
			outcome: "fatal: this test needs prosodyctl: cannot install prosody: no network (CI=true: nothing may be skipped)",
		},
		"is not in the package": {
			install: func(*machine) error { return nil },
			outcome: "skip: SKIPPED: this test needs prosodyctl: package prosody is installed, and does not have it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := &machine{have: c.have}
			n := need.Machine{Look: m.look, CI: c.ci}
			if c.install != nil {
				n.Install = func(pkg string) error {
					if pkg != "prosody" {
						t.Errorf("installs %s", pkg)
					}
					return c.install(m)
				}
			}
			r := &recorder{}
			path := r.run(func() string { return n.Program(r, "prosodyctl", "prosody") })
			if diff := cmp.Diff([]string{c.path, c.outcome}, []string{path, r.outcome}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestProgramOfThisMachine(t *testing.T) {
	if path := need.Program(t, "sh", "dash"); path == "" {
		t.Error("no path for sh")
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

type machine struct{ have []string }

func (m *machine) look(name string) (string, error) {
	if slices.Contains(m.have, name) {
		return "/bin/" + name, nil
	}
	return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
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
