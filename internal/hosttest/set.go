package hosttest

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

//go:embed testhosts
var script string

// set is hosts on a network of their own: 198.18.N.0/24, where N is also in all names that
// they have on the machine. Whoever has the lock of N has that set.
type set struct {
	n    int
	dir  string    // the state of the hosts, and the script
	lock *os.File  // shared with the process that waits
	hold io.Closer // when it is closed, also by the end of this process, the hosts end
	down *exec.Cmd // the process that waits for that
	env  []string  // of the script
}

// lastSet is the largest number of a set.
const lastSet = 250

// claim takes the first set that nobody has, and ends what is left of its last owner.
func claim() (*set, error) {
	folder, err := stateFolder()
	if err != nil {
		return nil, err
	}
	for n := 1; n <= lastSet; n++ {
		lock, err := os.OpenFile(filepath.Join(folder, fmt.Sprintf("%d.lock", n)), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if locked(lock) {
			s := &set{n: n, dir: filepath.Join(folder, fmt.Sprint(n)), lock: lock}
			switch free, err := s.prepare(); {
			case err != nil:
				lock.Close()
				return nil, err
			case free:
				return s, nil
			}
		}
		lock.Close()
	}
	return nil, fmt.Errorf("all %d sets of hosts are taken", lastSet)
}

// stateFolder is where all sets have their state. The disks of hosts are layers of an
// overlay, whose upper one cannot be on an overlay itself, as in a container.
func stateFolder() (string, error) {
	for _, folder := range []string{"/var/lib/armonic-testhosts", "/dev/shm/armonic-testhosts"} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return "", err
		}
		if !onOverlay(folder) {
			return folder, nil
		}
	}
	return "", errors.New("neither /var/lib nor /dev/shm can hold their disks: both are overlay file systems")
}

// prepare makes a set ready for hosts. It is not free if its network is somebody else's.
func (s *set) prepare() (free bool, err error) {
	network := fmt.Sprintf("198.18.%d", s.n)
	s.env = append(os.Environ(), "TESTHOSTS_DIR="+s.dir, "TESTHOSTS_NET="+network, fmt.Sprintf("TESTHOSTS_ID=ah%d", s.n))
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return false, err
	}
	// A script is read while it runs: the old file stays as it is. It is read by bash and
	// not executed, which fails as long as a child of this process still has it open for writing.
	name := s.script() + ".new"
	if err := os.WriteFile(name, []byte(script), 0o700); err != nil {
		return false, err
	}
	if err := os.Rename(name, s.script()); err != nil {
		return false, err
	}
	if _, err := s.run(startLimit, io.Discard, "down"); err != nil {
		return false, err
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false, err
	}
	for _, a := range addresses {
		if own, ok := a.(*net.IPNet); ok && own.Contains(net.ParseIP(network+".1")) {
			return false, nil
		}
	}
	return true, s.wait()
}

// wait starts the process that takes the hosts down when the set is released, or this
// process ends. It has the lock too, so that nobody takes the set before it is done, and
// is in a session of its own, so that Ctrl-C does not reach it.
func (s *set) wait() error {
	log, err := os.Create(s.log())
	if err != nil {
		return err
	}
	defer log.Close()
	s.down = exec.Command("bash", s.script(), "_down_later")
	s.down.Env, s.down.Stdout, s.down.Stderr = s.env, log, log
	s.down.ExtraFiles = []*os.File{s.lock}
	s.down.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if s.hold, err = s.down.StdinPipe(); err != nil {
		return err
	}
	return s.down.Start()
}

// release ends the hosts, and gives the set back.
func (s *set) release() error {
	defer s.lock.Close()
	s.hold.Close()
	if err := s.down.Wait(); err != nil {
		log, _ := os.ReadFile(s.log())
		return fmt.Errorf("%w: %s", err, log)
	}
	return nil
}

func (s *set) script() string { return filepath.Join(s.dir, "testhosts") }

func (s *set) log() string { return filepath.Join(s.dir, "down.log") }

// must runs a command of the script, and ends the test if that fails.
func (s *set) must(t testing.TB, limit time.Duration, args ...string) string {
	t.Helper()
	out, err := s.run(limit, t.Output(), args...)
	if err != nil {
		t.Fatalf("cannot %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// run runs a command of the script, and gives what it prints. What it says meanwhile goes
// to messages, and is also in the error; with it the end of what the hosts wrote to their
// consoles, if it did not end in time.
func (s *set) run(limit time.Duration, messages io.Writer, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := command(ctx, s.env, append([]string{"bash", s.script()}, args...))
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.MultiWriter(&said, messages)
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("not done after %v: %s%s", limit, &said, s.consoles())
	case err != nil:
		return "", fmt.Errorf("%w: %s", err, &said)
	}
	return out.String(), nil
}

// consoles gives the end of what the hosts wrote to their consoles.
func (s *set) consoles() string {
	var b strings.Builder
	logs, _ := filepath.Glob(filepath.Join(s.dir, "hosts", "*", "log"))
	for _, name := range logs {
		text, _ := os.ReadFile(name)
		fmt.Fprintf(&b, "\nconsole of %s:\n%s", filepath.Base(filepath.Dir(name)), text[max(0, len(text)-2000):])
	}
	return b.String()
}

// command makes a command that ends, with all that it started, when ctx does.
func command(ctx context.Context, env, argv []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second // for what keeps its output open
	return cmd
}
