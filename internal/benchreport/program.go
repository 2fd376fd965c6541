package benchreport

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Program makes Armonic as it is given to users, one file that needs no other, and gives its
// path. Another build is measured if ARMONIC_BENCH_PROGRAM names it.
func Program(t testing.TB) string {
	t.Helper()
	if bin := os.Getenv("ARMONIC_BENCH_PROGRAM"); bin != "" {
		return bin
	}
	bin := filepath.Join(t.TempDir(), "armonic")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", bin, "github.com/armonic/armonic")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cannot build: %v\n%s", err, out)
	}
	return bin
}
