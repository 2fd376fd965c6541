package need

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// installTime bounds one installation: an archive that does not answer must not
// hold the tests for ever.
const installTime = 4 * time.Minute

// aptInstall installs a package. Tests of several packages run at once and apt
// does not, so whoever comes second waits for the first.
func aptInstall(pkg string) error {
	unlock, err := lock(filepath.Join(os.TempDir(), "armonic-need.lock"))
	if err != nil {
		return err
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(context.Background(), installTime)
	defer cancel()
	install := []string{"install", "--yes", "--no-install-recommends", pkg}
	if apt(ctx, install) == nil {
		return nil
	}
	// A new machine has no lists of packages, an old one has lists that name
	// versions which are gone: both are mended by an update.
	if err := apt(ctx, []string{"update"}); err != nil {
		return err
	}
	return apt(ctx, install)
}

func apt(ctx context.Context, args []string) error {
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{"--quiet", "-o", "DPkg::Lock::Timeout=120"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, strings.TrimSpace(string(out)))
	}
	return nil
}

// lock waits until this process has the file for itself. The kernel gives it back
// if the process dies.
func lock(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("cannot lock %s: %w", name, err)
	}
	return func() { _ = f.Close() }, nil
}
