package need

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Program makes sure that a program of the Debian package pkg can be run, and
// gives its path. As root it installs the package. Where it cannot, the test is
// skipped; with CI=true in the environment, it fails.
func Program(t testing.TB, name, pkg string) string {
	t.Helper()
	return Here().Program(t, name, pkg)
}

// Root makes sure that the test runs as root, which it needs for why. Where it does
// not, the test is skipped; with CI=true in the environment, it fails.
func Root(t testing.TB, why string) {
	t.Helper()
	Here().Root(t, why)
}

// Machine is what matters here of the machine that the tests run on.
type Machine struct {
	Look    func(name string) (path string, err error) // finds a program
	Install func(pkg string) error                     // nil if we may not
	CI      bool                                       // nothing may be skipped
	IsRoot  bool
}

// Here is this machine. What can be installed is Debian's, by root.
func Here() Machine {
	m := Machine{Look: exec.LookPath, CI: os.Getenv("CI") == "true", IsRoot: os.Geteuid() == 0}
	if _, err := exec.LookPath("apt-get"); err == nil && m.IsRoot {
		m.Install = aptInstall
	}
	return m
}

// Program is the function of this name, on this machine.
func (m Machine) Program(t testing.TB, name, pkg string) string {
	t.Helper()
	path, err := m.get(name, pkg)
	if err != nil {
		m.lacks(t, err)
	}
	return path
}

// Root is the function of this name, on this machine.
func (m Machine) Root(t testing.TB, why string) {
	t.Helper()
	if !m.IsRoot {
		m.lacks(t, fmt.Errorf("this test needs root: %s", why))
	}
}

// lacks ends a test that cannot have what it needs.
func (m Machine) lacks(t testing.TB, err error) {
	t.Helper()
	if m.CI {
		t.Fatalf("%v (CI=true: nothing may be skipped)", err)
	}
	t.Skipf("SKIPPED: %v", err)
}

func (m Machine) get(name, pkg string) (string, error) {
	path, err := m.Look(name)
	if err == nil {
		return path, nil
	}
	if m.Install == nil {
		return "", fmt.Errorf("this test needs %s, which is not here; hint: as root, apt-get install %s", name, pkg)
	}
	if err := m.Install(pkg); err != nil {
		return "", fmt.Errorf("this test needs %s: cannot install %s: %w", name, pkg, err)
	}
	path, err = m.Look(name)
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("this test needs %s: package %s is installed, and does not have it", name, pkg)
	}
	return path, err
}
