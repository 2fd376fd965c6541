package hosttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Host is a host that was made for a test, or, inside of one, that itself (see Here).
type Host struct {
	Name    string // as the other hosts know it
	Address string // as the machine and the other hosts reach it

	set *set // nil if this process runs on the host
}

// environment is what commands have, on every host.
//
//nolint:gochecknoglobals // it does not change
var environment = []string{"HOME=/root", "USER=root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

// Run runs a command on the host as root and gives its standard output. The test ends if
// the command fails.
func (h *Host) Run(t testing.TB, argv ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	code, err := h.run(commandLimit, nil, &out, &said, argv...)
	if err != nil || code != 0 {
		t.Fatalf("%s: %q: exit code %d (%v)\n%s%s", h.Name, argv, code, err, &out, &said)
	}
	return out.String()
}

// Try runs a command on the host as root and gives all that it prints, and its exit code.
// It is an error if the command could not be run, or does not end.
func (h *Host) Try(argv ...string) (out string, code int, err error) {
	var b bytes.Buffer
	code, err = h.run(commandLimit, nil, &b, &b, argv...)
	return b.String(), code, err
}

// RunUnit is like Run, in a transient unit of systemd: what asks systemd for scopes or is
// to be seen as a service needs that.
func (h *Host) RunUnit(t testing.TB, argv ...string) string {
	t.Helper()
	return h.Run(t, unit(nil, argv...)...)
}

// unit is the command that runs another one in a transient unit and ends as it does.
func unit(options []string, argv ...string) []string {
	args := []string{"systemd-run", "--quiet", "--wait", "--pipe", "--collect"}
	for _, e := range environment {
		args = append(args, "--setenv="+e)
	}
	args = append(append(args, options...), "--")
	return append(args, argv...)
}

// Copy puts a file of the machine onto the host, in place of what is there.
func (h *Host) Copy(t testing.TB, local, remote string, mode fs.FileMode) {
	t.Helper()
	f, err := os.Open(local)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h.put(t, f, remote, mode)
}

// Write puts a file with this content onto the host, in place of what is there.
func (h *Host) Write(t testing.TB, remote, content string, mode fs.FileMode) {
	t.Helper()
	h.put(t, strings.NewReader(content), remote, mode)
}

// put is done by a program of the host: seen from the machine, the host's symbolic links
// would lead to files of the machine.
func (h *Host) put(t testing.TB, content io.Reader, remote string, mode fs.FileMode) {
	t.Helper()
	var said bytes.Buffer
	code, err := h.run(commandLimit, content, &said, &said, "install", "-D", "-m", fmt.Sprintf("%o", mode.Perm()), "/dev/stdin", remote)
	if err != nil || code != 0 {
		t.Fatalf("%s: cannot write %s: exit code %d (%v)\n%s", h.Name, remote, code, err, &said)
	}
}

// Reset makes the disk that of a new host, and boots it.
func (h *Host) Reset(t testing.TB) { t.Helper(); h.power(t, "reset") }

// Kill cuts the power. The disk stays.
func (h *Host) Kill(t testing.TB) { t.Helper(); h.power(t, "kill") }

// Start boots a host that was killed or has shut down, and waits until it runs.
func (h *Host) Start(t testing.TB) { t.Helper(); h.power(t, "start") }

// Pause stops all processes of a host in their tracks. It still answers pings and accepts
// connections, as its kernel does that.
func (h *Host) Pause(t testing.TB) { t.Helper(); h.power(t, "pause") }

// Resume lets the processes of a host go on.
func (h *Host) Resume(t testing.TB) { t.Helper(); h.power(t, "resume") }

// Cut drops all packets from and to the host, or only those between it and some others.
func (h *Host) Cut(t testing.TB, others ...*Host) {
	t.Helper()
	if len(others) == 0 {
		h.power(t, "cut")
	}
	for _, o := range others {
		h.power(t, "cut", o.Name)
	}
}

// Heal undoes every cut of the host.
func (h *Host) Heal(t testing.TB) { t.Helper(); h.power(t, "heal") }

// power does to a host what only the machine can.
func (h *Host) power(t testing.TB, what string, args ...string) {
	t.Helper()
	if h.set == nil {
		t.Fatalf("%s: %s must be said from outside of the host", h.Name, what)
	}
	h.set.must(t, startLimit, append([]string{what, h.Name}, args...)...)
}

// refused is the exit code of a command that could not be run at all: the script has it
// for a host that does not run, and env for what is beyond it.
const refused = 125

// run runs a command on the host.
func (h *Host) run(limit time.Duration, stdin io.Reader, out, said io.Writer, argv ...string) (code int, err error) {
	if len(argv) == 0 {
		return 0, errors.New("no command")
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	env := environment
	if h.set != nil {
		env = h.set.env
		argv = append([]string{"bash", h.set.script(), "exec", h.Name}, argv...)
	}
	cmd := command(ctx, env, argv)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, out, said
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return 0, fmt.Errorf("not done after %v", limit)
	case !errors.As(err, &exit) || !exit.Exited():
		return 0, err
	case exit.ExitCode() == refused:
		return 0, errors.New("cannot be run")
	}
	return exit.ExitCode(), nil
}

// root is where this process finds the host's files. It must not follow symbolic links there.
func (h *Host) root() (string, error) {
	if h.set == nil {
		return "/", nil
	}
	pid, err := os.ReadFile(filepath.Join(h.set.dir, "hosts", h.Name, "pid"))
	if err != nil || len(pid) == 0 {
		return "", fmt.Errorf("%s does not run (%v)", h.Name, err)
	}
	return "/proc/" + strings.TrimSpace(string(pid)) + "/root", nil
}
