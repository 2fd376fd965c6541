package tui_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
)

// child is what the test's own binary does when a test runs it on a terminal.
func child(what string) int {
	if what == "version" {
		fmt.Println("version 1")
		return 0
	}
	hosts := make([]spec.Host, 120)
	for i := range hosts {
		hosts[i] = spec.Host(fmt.Sprintf("h%03d", i))
	}
	t := &testing.T{}
	f := newFleet(t, hosts...)
	defer f.close()
	c := tui.Config{Fleet: f, In: os.Stdin, Out: os.Stdout, Poll: 50 * time.Millisecond}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if file := os.Getenv("ARMONIC_TUI_PID"); file != "" {
		if err := os.WriteFile(file, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
			panic(err)
		}
	}
	if strings.HasPrefix(what, "crash") {
		crashing(what, f, &c)
	}
	out, err := tui.Run(ctx, c)
	if err != nil {
		fmt.Println("error:", err, "hint:", spec.HintOf(err))
		return 2
	}
	fmt.Println("left", len(out.Running))
	return 0
}

// terminal is a program on a pseudo-terminal.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	tty  *os.File
	mu   sync.Mutex
	got  bytes.Buffer
	more chan struct{} // size 1: something was read
	end  chan struct{}
}

func onTerminal(t *testing.T, what string, env ...string) *terminal {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a pseudo-terminal")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "ARMONIC_TUI_CHILD="+what, "TERM=xterm-256color", "NO_COLOR=", "TMUX=")
	cmd.Env = append(cmd.Env, env...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 36, Cols: 120})
	if err != nil {
		t.Fatalf("no pseudo-terminal: %v", err)
	}
	x := &terminal{t: t, cmd: cmd, tty: tty, more: make(chan struct{}, 1), end: make(chan struct{})}
	go x.read()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = tty.Close()
		<-x.end
		_ = cmd.Wait()
	})
	return x
}

func (x *terminal) read() {
	defer close(x.end)
	buf := make([]byte, 1<<16)
	for {
		n, err := x.tty.Read(buf)
		x.mu.Lock()
		x.got.Write(buf[:n])
		x.mu.Unlock()
		select {
		case x.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (x *terminal) all() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.got.String()
}

// until waits for a text in what was written after the first `from` bytes, and
// gives the number of bytes up to its end.
func (x *terminal) until(from int, text string) int {
	x.t.Helper()
	return x.nagged(from, text, func() {})
}

// nagged is until, with something done again and again meanwhile.
func (x *terminal) nagged(from int, text string, nag func()) int {
	x.t.Helper()
	late := time.After(10 * time.Second)
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		s := x.all()
		if i := strings.Index(s[min(from, len(s)):], text); i >= 0 {
			return from + i + len(text)
		}
		select {
		case <-x.more:
		case <-again.C:
			nag()
		case <-x.end:
			if s := x.all(); strings.Contains(s[min(from, len(s)):], text) {
				continue
			}
			x.t.Fatalf("the program ended without showing %q: %q", text, tail(x.all()))
		case <-late:
			x.t.Fatalf("%q is not shown: %q", text, tail(x.all()))
		}
	}
}

func tail(s string) string { return s[max(len(s)-9000, 0):] }

func (x *terminal) write(s string) {
	x.t.Helper()
	if _, err := io.WriteString(x.tty, s); err != nil {
		x.t.Fatal(err)
	}
}

// code waits for the end of the program and gives its exit code.
func (x *terminal) code() int {
	x.t.Helper()
	select {
	case <-x.end:
	case <-time.After(10 * time.Second):
		x.t.Fatalf("the program does not end: %q", tail(x.all()))
	}
	_ = x.cmd.Wait()
	return x.cmd.ProcessState.ExitCode()
}

// A program that links the UI must not ask the terminal anything before it knows
// what it was called for: on a terminal that stays silent that takes 5 seconds.
func TestNothingIsAskedOfASilentTerminal(t *testing.T) {
	start := time.Now()
	x := onTerminal(t, "version")
	if x.code() != 0 || !strings.Contains(x.all(), "version 1") {
		t.Errorf("it wrote %q", x.all())
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
	if s := x.all(); strings.Contains(s, "\x1b]11;?") || strings.Contains(s, "\x1b[6n") {
		t.Errorf("it asked the terminal: %q", s)
	}
}

func TestOnATerminal(t *testing.T) {
	x := onTerminal(t, "run")
	at := x.until(0, "120 host")
	if s := x.all(); strings.Contains(s, "\x1b]11;?") || strings.Contains(s, "\x1b[6n") {
		t.Errorf("it asked the terminal: %q", tail(s))
	}
	if s := x.all(); !strings.Contains(s, "\x1b[?2026h") || strings.Count(s, "\x1b[?2026h") < strings.Count(s, "\x1b[?2026l") {
		t.Error("frames are not bracketed")
	}
	x.write(strings.Repeat("j", 100)) // one write
	at = x.until(at, "h100: nothing applied")

	x.write("2")
	at = x.until(at, "What to deploy")
	x.write("\x1b[200~proxy\x1b[201~") // a paste
	at = x.until(at, "> proxy")
	x.write("\x1b")
	at = x.until(at, "a few letters")
	x.write("\x1b")
	at = x.until(at, "h100: nothing applied")

	for i := range 60 {
		if err := pty.Setsize(x.tty, &pty.Winsize{Rows: uint16(1 + i*7%50), Cols: uint16(1 + i*13%150)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := pty.Setsize(x.tty, &pty.Winsize{Rows: 5, Cols: 20}); err != nil {
		t.Fatal(err)
	}
	at = x.until(at, "make the window")
	if err := pty.Setsize(x.tty, &pty.Winsize{Rows: 30, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	at = x.until(at, "h100: nothing applied")

	x.write("\x1a") // ctrl+z, and fg
	at = x.until(at, "\x1b[?1049l")
	at = x.nagged(at, "\x1b[?1049h", func() { _ = x.cmd.Process.Signal(syscall.SIGCONT) })
	at = x.until(at, "h100: nothing applied")

	x.write("y")
	at = x.until(at, "\x1b]52;c;aDEwMA==")

	x.write("q")
	at = x.until(at, "\x1b[?1049l")
	x.until(at, "left 0")
	if code := x.code(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(x.all()[at-20:], "\x1b[?25h") && !strings.Contains(tail(x.all()), "\x1b[?25h") {
		t.Error("the cursor is not shown again")
	}
}

func TestNothingIsWrittenWhileIdle(t *testing.T) {
	x := onTerminal(t, "run")
	x.until(0, "120 host")
	x.write("j")
	x.until(0, "h001: nothing applied")
	n := -1
	for quiet := time.After(2 * time.Second); ; { // many polls of the links, no output
		select {
		case <-x.more:
			n = len(x.all())
			continue
		case <-quiet:
		}
		break
	}
	select {
	case <-x.more:
		t.Errorf("written while idle: %q", x.all()[max(n, 0):])
	case <-time.After(500 * time.Millisecond):
	}
}

var colour = regexp.MustCompile(`\x1b\[([0-9]+;)*(3[0-8]|4[0-8]|9[0-7])(;[0-9]+)*m`)

func TestNoColor(t *testing.T) {
	x := onTerminal(t, "run", "NO_COLOR=1")
	x.until(0, "120 host")
	if s := colour.FindString(x.all()); s != "" {
		t.Errorf("it is coloured: %q", s)
	}
	y := onTerminal(t, "run")
	y.until(0, "120 host")
	if colour.FindString(y.all()) == "" {
		t.Error("without NO_COLOR nothing is coloured either")
	}
}

func TestATerminalThatCannot(t *testing.T) {
	x := onTerminal(t, "run", "TERM=dumb")
	x.until(0, "TERM=dumb")
	x.until(0, "armonic deploy")
	if code := x.code(); code != 2 || strings.Contains(x.all(), "\x1b") {
		t.Errorf("exit code %d, wrote %q", code, x.all())
	}
}

func TestNoTerminalAtAll(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	_, err = tui.Run(t.Context(), tui.Config{Fleet: &fakeFleet{}, In: null, Out: os.Stdout})
	if spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), "standard input is not a terminal") || spec.HintOf(err) == "" {
		t.Errorf("error %v, hint %q", err, spec.HintOf(err))
	}
}
