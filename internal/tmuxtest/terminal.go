package tmuxtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/armonic/armonic/internal/need"
)

// Options say how a program is started. The zero value is 120x36 in the current
// folder, with the environment of the test.
type Options struct {
	Width, Height int
	Dir           string
	Env           []string // "NAME=value", over the environment of the test
}

// Terminal is a program on a screen. Its methods fail the test when tmux does.
type Terminal struct {
	t      testing.TB
	tmux   string
	socket string
}

// Need makes sure that tmux is here; without it the test is skipped, or in CI
// fails. Start does it too.
func Need(t testing.TB) string {
	t.Helper()
	return need.Program(t, "tmux")
}

// Start runs a command, without a shell around it, in a terminal of its own. What
// is left of it when the test ends is killed.
func Start(t testing.TB, o Options, command ...string) *Terminal {
	t.Helper()
	if o.Width == 0 {
		o.Width = 120
	}
	if o.Height == 0 {
		o.Height = 36
	}
	x := &Terminal{t: t, tmux: Need(t), socket: socket(t)}
	// tmux gives a lone word to a shell; behind env it runs the command itself.
	env := append([]string{"env", "-u", "TMUX", "-u", "TMUX_PANE", "LC_ALL=C.UTF-8"}, o.Env...)
	args := []string{
		"start-server",
		";", "set-option", "-g", "remain-on-exit", "on", // so that the last screen and the exit status can be read
		";", "set-option", "-gq", "remain-on-exit-format", "", // not in older versions
		";", "set-option", "-g", "status", "off",
		";", "set-option", "-g", "default-terminal", "tmux-256color",
		";", "set-option", "-g", "history-limit", "10000",
		";", "new-session", "-d", "-x", strconv.Itoa(o.Width), "-y", strconv.Itoa(o.Height),
	}
	if o.Dir != "" {
		args = append(args, "-c", escape(o.Dir))
	}
	args = append(args, "--")
	for _, word := range slices.Concat(env, command) {
		args = append(args, escape(word))
	}
	t.Cleanup(x.kill)
	x.run(args...)
	return x
}

// socket is the private address of one server. Not in t.TempDir: that has the
// name of the test in it, and the path of a socket may have 107 bytes.
func socket(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tmux") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// escape keeps tmux from reading a final semicolon as the end of its command.
func escape(word string) string {
	if head, ends := strings.CutSuffix(word, ";"); ends {
		return head + `\;`
	}
	return word
}

// Resize changes the size of the terminal, as dragging a window's corner does.
func (x *Terminal) Resize(width, height int) {
	x.t.Helper()
	x.run("resize-window", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// kill ends the program and the server. A program that has not ended by itself is
// killed with its whole process group, so that one that ignores the hang-up of
// its terminal does not stay.
func (x *Terminal) kill() {
	state, err := x.call("display-message", "-p", "#{pane_dead} #{pane_pid}")
	if dead, pid, ok := strings.Cut(strings.TrimSpace(state), " "); err == nil && ok && dead != "1" {
		if n, err := strconv.Atoi(pid); err == nil && n > 1 {
			_ = syscall.Kill(-n, syscall.SIGKILL)
		}
	}
	if _, err := x.call("kill-server"); err != nil {
		x.t.Logf("cannot end tmux: %v", err)
	}
}

func (x *Terminal) run(args ...string) string {
	x.t.Helper()
	out, err := x.call(args...)
	if err != nil {
		x.t.Fatal(err)
	}
	return out
}

func (x *Terminal) call(args ...string) (string, error) {
	cmd := exec.Command(x.tmux, append([]string{"-u", "-f", "/dev/null", "-S", x.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMUX=", "TMUX_PANE=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}
