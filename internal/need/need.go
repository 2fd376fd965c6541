package need

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

//go:embed programs
var list string

// Program gives the path of a program that is named in the file programs. Where it is
// not here, the test is skipped; with CI=true in the environment, it fails.
func Program(t testing.TB, name string) string {
	t.Helper()
	return Here().Program(t, name)
}

// Root makes sure that the test runs as root, which it needs for why. Where it does
// not, the test is skipped; with CI=true in the environment, it fails.
func Root(t testing.TB, why string) {
	t.Helper()
	Here().Root(t, why)
}

// Allowed makes sure that a machine let the test do what it may forbid even to root: that
// err is nil. Where it is not, the test is skipped; with CI=true in the environment, it
// fails.
func Allowed(t testing.TB, what string, err error) {
	t.Helper()
	Here().Allowed(t, what, err)
}

// Machine is what matters here of the machine that the tests run on.
type Machine struct {
	Look   func(name string) (path string, err error) // finds a program
	CI     bool                                       // nothing may be skipped
	IsRoot bool
}

// Here is this machine.
func Here() Machine {
	return Machine{Look: look, CI: os.Getenv("CI") == "true", IsRoot: os.Geteuid() == 0}
}

// look finds a program; "python3:slixmpp" is a python3 that has the module slixmpp.
func look(name string) (string, error) {
	name, module, _ := strings.Cut(name, ":")
	path, err := exec.LookPath(name)
	if err == nil && module != "" {
		err = exec.Command(path, "-c", "import "+module).Run()
	}
	return path, err
}

// Program is the function of this name, on this machine.
func (m Machine) Program(t testing.TB, name string) string {
	t.Helper()
	pkg := packageOf(name)
	if pkg == "" {
		t.Fatalf("%s is not in internal/need/programs, where everybody sees what tests need", name)
	}
	path, err := m.Look(name)
	if err != nil {
		m.lacks(t, fmt.Sprintf("this test needs %s, which is not here; hint: as root, apt-get install %s", name, pkg))
	}
	return path
}

// Allowed is the function of this name, on this machine.
func (m Machine) Allowed(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		m.lacks(t, fmt.Sprintf("this test must be allowed to %s: %v", what, err))
	}
}

// Root is the function of this name, on this machine.
func (m Machine) Root(t testing.TB, why string) {
	t.Helper()
	if !m.IsRoot {
		m.lacks(t, "this test needs root: "+why)
	}
}

// lacks ends a test that cannot have what it needs.
func (m Machine) lacks(t testing.TB, what string) {
	t.Helper()
	if m.CI {
		t.Fatalf("%s (CI=true: nothing may be skipped)", what)
	}
	t.Skipf("SKIPPED: %s", what)
}

// packageOf gives Debian's package of a program, "" if the program is not listed.
func packageOf(name string) string {
	for line := range strings.Lines(list) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == name {
			return f[1]
		}
	}
	return ""
}
