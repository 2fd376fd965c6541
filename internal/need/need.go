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

// Machine is what matters here of the machine that the tests run on.
type Machine struct {
	Look    func(name string) (path string, err error) // finds a program
	Install func(pkg string) error                     // nil if we may not
	CI      bool                                       // nothing may be skipped
}

// Here is this machine. What can be installed is Debian's, by root.
func Here() Machine {
	m := Machine{Look: exec.LookPath, CI: os.Getenv("CI") == "true"}
	if _, err := exec.LookPath("apt-get"); err == nil && os.Geteuid() == 0 {
		m.Install = aptInstall
	}
	return m
}

// Program is the function of this name, on this machine.
func (m Machine) Program(t testing.TB, name, pkg string) string {
	t.Helper()
	path, err := m.get(name, pkg)
	switch {
	case err == nil:
		return path
	case m.CI:
		t.Fatalf("%v (CI=true: nothing may be skipped)", err)
	default:
		t.Skipf("SKIPPED: %v", err)
	}
	return ""
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
