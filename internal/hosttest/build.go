package hosttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Build compiles a main package, "./cmd" or "github.com/armonic/armonic", into a program
// that runs on any host, and gives its path. It is removed when the test ends.
func Build(t testing.TB, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", program, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return program
}
