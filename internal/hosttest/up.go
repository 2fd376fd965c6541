package hosttest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/need"
)

// Limits, for a machine with ten times as much to do as it can.
const (
	buildLimit   = 15 * time.Minute // of fetching packages and making the base
	startLimit   = 2 * time.Minute  // of starting hosts, or of anything else done to one
	commandLimit = 10 * time.Minute // of a command on a host, which may fetch packages
)

// Up gives new hosts with these names, which run until the test ends. A name has 2 to 15
// small letters, digits and hyphens. Where there can be no hosts, or tests are to be quick,
// the test is skipped; with CI=true in the environment it fails where there can be none.
func Up(t testing.TB, names ...string) []*Host {
	t.Helper()
	if testing.Short() {
		t.Skip("a real host takes its time")
	}
	if len(names) == 0 {
		t.Fatal("hosttest.Up: which hosts?")
	}
	required(t)
	s, err := claim()
	if err != nil {
		t.Fatalf("cannot make hosts: %v", err)
	}
	t.Cleanup(func() {
		if err := s.release(); err != nil {
			t.Errorf("cannot take hosts down: %v", err)
		}
	})
	s.must(t, buildLimit, "build")
	var hosts []*Host
	for line := range strings.Lines(s.must(t, startLimit, append([]string{"up"}, names...)...)) {
		name, address, _ := strings.Cut(strings.TrimSpace(line), " ")
		hosts = append(hosts, &Host{Name: name, Address: address, set: s})
	}
	return hosts
}

// required skips the test, or fails it in CI, where there can be no hosts.
func required(t testing.TB) {
	t.Helper()
	const what = "start hosts with systemd of their own"
	if runtime.GOOS != "linux" {
		need.Allowed(t, what, errors.New("this is not Linux"))
	}
	if onTestHost() {
		t.Fatal("hosttest.Up: this is a host for tests already, which can make no others")
	}
	need.Root(t, "it starts hosts, with namespaces, mounts and network devices")
	for _, program := range []string{"bash", "dpkg", "ip", "nft", "unshare", "mmdebstrap", "apt-ftparchive"} {
		need.Program(t, program)
	}
	need.Allowed(t, what, possible())
}

// possible says why this machine, with all programs there, can start no hosts.
func possible() error {
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return err
	}
	if !strings.Contains(string(release), "VERSION_CODENAME=bookworm\n") {
		return errors.New("their packages come from where this machine has its own, and it is not Debian 12")
	}
	args := []string{"--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--fork", "true"}
	if out, err := exec.Command("unshare", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("unshare %s: %w: %s", strings.Join(args, " "), err, out)
	}
	for file, line := range map[string]string{"/proc/filesystems": "overlay", "/proc/mounts": " cgroup2 "} {
		if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), line) {
			return fmt.Errorf("there is no %s in %s (%v)", strings.TrimSpace(line), file, err)
		}
	}
	return nil
}
