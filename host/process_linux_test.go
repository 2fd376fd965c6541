package host_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/spec"
)

// The test binary is also an agent that is killed while a command runs.
func TestMain(m *testing.M) {
	if dir := os.Getenv("HOST_TEST"); dir != "" {
		_, err := host.New(dir).Run(context.Background(), sh(os.Getenv("HOST_TEST_SCRIPT")), nil, func(s string) { fmt.Println(s) })
		fmt.Println("end", err)
		return
	}
	os.Exit(m.Run())
}

// within waits for something of another process.
func within(t *testing.T, d time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: not within %s", what, d)
}

// number reads a process number that a script wrote.
func number(name string) int {
	text, _ := os.ReadFile(name)
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

func TestCommandsStartAsUsual(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP, syscall.SIGTSTP)
	defer signal.Reset(syscall.SIGPIPE, syscall.SIGHUP, syscall.SIGTSTP)
	for script, want := range map[string]string{
		"umask": "0022\n",
		// Signals 32 and 33 are the C library's own: make's children have them ignored.
		"echo $((0x$(sed -n 's/^SigIgn:\\t//p' /proc/$$/status) & 0x7fffffff)) ignored": "0 ignored\n",
		"bash -c 'set -o pipefail; yes 2>&1 | head -1; echo $?'":                        "y\n141\n",
		"[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo own session":                   "own session\n",
		"test ! -e /proc/$$/fd/3 && echo nothing else is open":                          "nothing else is open\n",
		"echo $DEBIAN_FRONTEND $DPKG_FORCE $UCF_FORCE_CONFFOLD":                         "noninteractive security-mac,downgrade,confdef,confold 1\n",
		"echo $APT_LISTCHANGES_FRONTEND $NEEDRESTART_SUSPEND":                           "none 1\n",
	} {
		got, err := host.New("").Run(t.Context(), sh(script), nil, func(string) {})
		if err != nil || got.Stdout != want {
			t.Errorf("%s: %q, %q, %v", script, got.Stdout, got.Stderr, err)
		}
	}
}

// A command has no terminal to ask at, although we have one.
func TestACommandCannotReachTheTerminal(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = master.Close() }()
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c := agent(ctx, t.TempDir(), "cat /dev/tty 2>&1; echo code $?")
	c.Stdin = terminal
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	out, err := c.Output()
	_ = terminal.Close()
	if err != nil || !strings.Contains(string(out), "/dev/tty: No such device or address\ncode 1\n") {
		t.Errorf("%q, %v", out, err)
	}
}

// agent is another process that runs a script as a command.
func agent(ctx context.Context, dir, script string) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), "HOST_TEST="+dir, "HOST_TEST_SCRIPT="+script)
	return c
}

// Children that left the session, the environment and their parent end with the command.
func TestRunEndsChildrenOfOtherSessions(t *testing.T) {
	for name, script := range map[string]string{
		"own session":                  "setsid sh -c 'echo $$ >pid; exec flock lock sleep 100' >/dev/null 2>&1 & wait",
		"own session, ignores it":      "setsid sh -c 'trap \"\" TERM; echo $$ >pid; exec flock lock sleep 100' >/dev/null 2>&1 & sleep 100",
		"no environment and no parent": "(env -i setsid sh -c 'echo $$ >pid; exec flock lock sleep 100' >/dev/null 2>&1 &) ; sleep 100",
		"its parent has ended":         "(setsid sh -c 'echo $$ >pid; exec flock lock sleep 100' &) ; exit 0",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := sh(script)
			c.Dir = dir
			go func() {
				within(t, 5*time.Second, "the child", func() bool { return number(dir+"/pid") != 0 })
				cancel()
			}()
			_, err := host.New("").Run(ctx, c, nil, func(string) {})
			if spec.KindOf(err) != spec.Canceled {
				t.Fatal(err)
			}
			if child := number(dir + "/pid"); child == 0 || !gone(child) {
				t.Errorf("process %d still runs", child)
			}
			c = sh("flock -n lock true")
			c.Dir = dir
			if again, err := host.New("").Run(t.Context(), c, nil, func(string) {}); err != nil || again.Code != 0 {
				t.Errorf("a retry meets the lock: %+v, %v", again, err)
			}
		})
	}
}

// What must not be interrupted is waited for and named, with what waits for it.
func TestRunWaitsForDpkg(t *testing.T) {
	dir := t.TempDir()
	for name, script := range map[string]string{
		"dpkg":    "#!/bin/sh\necho unpacking\nsleep 0.3 </dev/null\necho configured >done\n",
		"apt-get": "#!/bin/bash\ntrap 'echo interrupted >int' INT\n./dpkg\nsleep 100 & wait\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var lines []string
	_, err := host.New("").Run(ctx, spec.Command{Argv: []string{"./apt-get", "install"}, Dir: dir}, nil, func(s string) {
		if lines = append(lines, s); s == "unpacking" {
			cancel()
		}
	})
	if spec.KindOf(err) != spec.Canceled || !strings.Contains(err.Error(), "./apt-get was stopped; dpkg (process ") ||
		!strings.Contains(err.Error(), "was waited for, as it must not be interrupted") {
		t.Error(err)
	}
	for _, name := range []string{"done", "int"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if text := strings.Join(lines, "\n"); !strings.Contains(text, "waiting for dpkg (process ") {
		t.Errorf("lines: %s", text)
	}
}

// killedAgent runs a script in an agent that is killed after the first line, which is
// the number of the process that then still runs.
func killedAgent(t *testing.T, dir, script string) (command int) {
	t.Helper()
	c := agent(t.Context(), dir, script)
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	_, _ = fmt.Sscan(line, &command)
	_ = c.Process.Kill()
	_ = c.Wait() // it was killed
	if command == 0 || gone(command) {
		t.Fatalf("there is no command %q", line)
	}
	return command
}

// An agent is killed while a command runs: the command can print on, the next agent says
// that it runs, and ends it before it runs anything else.
func TestACommandOfAKilledAgentIsFound(t *testing.T) {
	dir := t.TempDir()
	command := killedAgent(t, dir, "echo $$; sleep 0.5; echo x; echo $? >"+dir+"/printed; sleep 100")
	within(t, 5*time.Second, "the command prints", func() bool { return number(dir+"/printed") == 0 && exists(dir+"/printed") })

	h := host.New(dir)
	found := h.StillRunning()
	if len(found) != 1 || !strings.Contains(found[0], "sh, started at ") || !strings.Contains(found[0], fmt.Sprintf("(process %d)", command)) {
		t.Errorf("found %q", found)
	}
	lines := retry(t, h)
	if !gone(command) || len(lines) == 0 || !strings.HasPrefix(lines[0], "an earlier command is ended first: sh") {
		t.Errorf("process %d; lines %q", command, lines)
	}
	if left := h.StillRunning(); len(left) != 0 {
		t.Errorf("still %q", left)
	}
}

// retry runs a command and gives what is said.
func retry(t *testing.T, h *host.Host) (lines []string) {
	t.Helper()
	if _, err := h.Run(t.Context(), sh("true"), nil, func(s string) { lines = append(lines, s) }); err != nil {
		t.Error(err)
	}
	return lines
}

// What must not be interrupted is waited for, and what it prints is read, as nobody else does.
func TestDpkgOfAKilledAgentIsWaitedFor(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho $$\nhead -c 3000000 /dev/zero\necho configured >" + dir + "/done\n"
	if err := os.WriteFile(filepath.Join(dir, "dpkg"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	killedAgent(t, dir, "exec "+dir+"/dpkg")
	lines := retry(t, host.New(dir))
	if !exists(dir + "/done") {
		t.Error("it was ended")
	}
	if text := strings.Join(lines, "\n"); !strings.Contains(text, "waiting for dpkg (process ") {
		t.Errorf("lines: %s", text)
	}
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }

// A command that waits for this process to end is left to run on.
func TestACommandThatWaitsForUsIsHandedOver(t *testing.T) {
	dir := t.TempDir()
	h := host.New(dir)
	script := fmt.Sprintf("echo $$; while kill -0 %d && [ ! -e go-on ]; do sleep 0.05; done; echo end >ended", os.Getpid())
	command := 0
	c := sh(script)
	c.Dir = dir
	_, err := h.Run(t.Context(), c, nil, func(s string) {
		fmt.Sscan(s, &command)
		h.HandOver() // as when the agent was asked to end
	})
	if spec.KindOf(err) != spec.Canceled || spec.HintOf(err) == "" || command == 0 || gone(command) {
		t.Fatalf("process %d: %v", command, err)
	}
	if found := host.New(dir).StillRunning(); len(found) != 1 {
		t.Errorf("found %q", found)
	}
	if err := os.WriteFile(dir+"/go-on", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	within(t, 5*time.Second, "the command ends by itself", func() bool { return exists(dir + "/ended") })
}

func TestOtherCommandsAreNotHandedOver(t *testing.T) {
	h := host.New(t.TempDir())
	script := fmt.Sprintf(": %s; : systemctl restart nginx; echo a; sleep 0.1; echo b", os.Args[0])
	got, err := h.Run(t.Context(), sh(script), nil, func(string) { h.HandOver() })
	if err != nil || got.Stdout != "a\nb\n" {
		t.Errorf("%+v, %v", got, err)
	}
}

// dpkg keeps a configuration file that somebody has changed, and does not ask.
func TestDpkgDoesNotAsk(t *testing.T) {
	dpkg := need.Program(t, "dpkg")
	dir := t.TempDir()
	run := func(script string) string {
		t.Helper()
		got, err := host.New("").Run(t.Context(), spec.Command{Argv: []string{"sh", "-ec", script, "sh", dpkg}, Dir: dir}, nil, func(string) {})
		if err != nil || got.Code != 0 {
			t.Fatalf("%s: code %d, %v\n%s", script, got.Code, err, strings.Join(got.Last, "\n"))
		}
		return got.Stdout
	}
	const install = `
		mkdir -p p/DEBIAN p/etc root/var/lib/dpkg/info root/var/lib/dpkg/updates
		touch root/var/lib/dpkg/status
		printf 'Package: p\nVersion: %s\nArchitecture: all\nMaintainer: m <m@example.com>\nDescription: d\n' $V >p/DEBIAN/control
		echo /etc/p.conf >p/DEBIAN/conffiles
		echo "of version $V" >p/etc/p.conf
		dpkg-deb --build p p.deb
		$1 --root=root --force-not-root --log=/dev/null -i p.deb`
	run("V=1" + install)
	run("echo changed >root/etc/p.conf")
	run("V=2" + install)
	if got := run("cat root/etc/p.conf; dpkg-query --admindir=root/var/lib/dpkg -W -f '${Version} ${db:Status-Abbrev}' p"); got != "changed\n2 ii " {
		t.Errorf("it is %q", got)
	}
}

// A command of another user has the groups, the home and the rights of that user.
func TestACommandOfAnotherUser(t *testing.T) {
	need.Root(t, "a command runs as another user")
	c := sh("id -un; id -Gn; echo $HOME $USER; touch /root/x || echo denied; ulimit -c >/dev/null; grep CapEff /proc/self/status")
	c.User = "nobody"
	c.Unless = []string{"test", "-w", "/root"}
	got, err := host.New("").Run(t.Context(), c, nil, func(string) {})
	if want := "nobody\nnogroup\n/nonexistent nobody\ndenied\nCapEff:\t0000000000000000\n"; err != nil || got.Stdout != want {
		t.Errorf("it gives %+v, %v", got, err)
	}
	c.User = "nob0dy"
	if _, err := host.New("").Run(t.Context(), c, nil, func(string) {}); spec.KindOf(err) != spec.NotFound || !strings.Contains(err.Error(), "there is no user nob0dy") {
		t.Errorf("a user that there is not: %v", err)
	}
}
