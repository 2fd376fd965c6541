package cli_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/cli"
)

// agentCommand is the real program as the agent web1, without a server.
func agentCommand(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"armonic", "agentd", "-j", "web1@example.com", "--server", "127.0.0.1:1", "--master", "ann@example.com",
		"--password", "sesame", "--state-dir", filepath.Join(t.TempDir(), "state")}, args...)
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

// TestAgentTellsSystemd has a socket in the place of systemd's.
func TestAgentTellsSystemd(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var log strings.Builder
	cmd := agentCommand(t, []string{"NOTIFY_SOCKET=" + socket, "WATCHDOG_USEC=300000"})
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	until := func(want string) {
		t.Helper()
		if err := l.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		for buf := make([]byte, 4096); ; {
			n, err := l.Read(buf)
			if err != nil {
				t.Fatalf("no %s was said, but %q: %v", want, said, err)
			}
			lines := strings.Split(string(buf[:n]), "\n")
			said = append(said, lines...)
			if slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, want) }) {
				return
			}
		}
	}
	for _, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1", "STATUS=not connected, next try in "} {
		until(want)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	until("STOPPING=1")
	if err := cmd.Wait(); err != nil {
		t.Errorf("the agent ended with %v\n%s", err, &log)
	}
	if took := time.Since(begun); took > 1900*time.Millisecond {
		t.Errorf("an idle agent took %s to end", took)
	}
	if said[0] != "STATUS=connecting to example.com" {
		t.Errorf("at first it said %q", said[0])
	}
}

// TestAgentStartsWithoutABrokenModule breaks one of two modules: the agent starts with
// the other, and says what is wrong.
func TestAgentStartsWithoutABrokenModule(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"good.star": `lifecycle("Good", states = [state("Off")])`, "bad.star": `lifecycle("Bad")`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log := &watcher{text: "not connected"}
	cmd := agentCommand(t, nil, "--module-dir", dir)
	cmd.Stderr = struct{ io.Writer }{log} // else it would be read into, and not written to
	log.do = func() { _ = cmd.Process.Signal(syscall.SIGINT) }
	if err := cmd.Run(); err != nil {
		t.Errorf("the agent ended with %v", err)
	}
	for _, want := range []string{`level=ERROR msg="a module does not load and is left out"`, "bad.star:1:1", "msg=started", "msg=ended"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q was not logged, but\n%s", want, log)
		}
	}
}

// TestSampleSettings has agentd check the sample that it prints, as it is and with all
// that is commented out.
func TestSampleSettings(t *testing.T) {
	var sample bytes.Buffer
	if code := cli.Run([]string{"agentd", "--print-config"}, cli.Streams{Out: &sample, Err: t.Output()}); code != 0 {
		t.Fatalf("it ended with %d", code)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	given := strings.NewReplacer("/etc/armonic/password", write("password", "sesame\n"), "/etc/armonic/ca.pem", "ca.pem",
		"/etc/armonic", dir, "/var/lib/armonic", dir).Replace(sample.String())
	all := regexp.MustCompile(`(?m)^( *)# ([a-z_]+:|- )`).ReplaceAllString(given, "$1$2")
	if strings.Count(all, "\n# ") == strings.Count(given, "\n# ") {
		t.Fatal("nothing is commented out")
	}
	t.Setenv("ARMONIC_STATE_DIR", filepath.Join(dir, "state")) // of the agent whose settings do not say it
	for name, text := range map[string]string{"given.yaml": given, "all.yaml": strings.ReplaceAll(all, "ca_file: ca.pem", "ca_file: ''")} {
		args := []string{"agentd", "--check", "--config", write(name, text), "--module-dir", t.TempDir()}
		if code := cli.Run(args, cli.Streams{Out: t.Output(), Err: t.Output()}); code != 0 {
			t.Errorf("%s: it ended with %d\n%s", name, code, text)
		}
	}
}
