package tui_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/ptytest"
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
	if what == "slow" {
		f = newPacedFleet(t, time.Hour, 0, "lb1", "web1", "web2")
	}
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

// onTerminal runs the test's own binary as a program on a pseudo-terminal.
func onTerminal(t *testing.T, what string, env ...string) *ptytest.Terminal {
	t.Helper()
	return onTerminalOf(t, 120, 36, what, env...)
}

func onTerminalOf(t *testing.T, w, h int, what string, env ...string) *ptytest.Terminal {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a pseudo-terminal")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "ARMONIC_TUI_CHILD="+what, "TERM=xterm-256color", "NO_COLOR=", "TMUX=")
	cmd.Env = append(cmd.Env, env...)
	return ptytest.Start(t, ptytest.Options{Width: w, Height: h}, cmd)
}

func tail(s string) string { return s[max(len(s)-9000, 0):] }

// A program that links the UI must not ask the terminal anything before it knows
// what it was called for: on a terminal that stays silent that takes 5 seconds.
func TestNothingIsAskedOfASilentTerminal(t *testing.T) {
	start := time.Now()
	x := onTerminal(t, "version")
	if x.Code() != 0 || !strings.Contains(x.All(), "version 1") {
		t.Errorf("it wrote %q", x.All())
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
	if s := x.All(); strings.Contains(s, "\x1b]11;?") || strings.Contains(s, "\x1b[6n") {
		t.Errorf("it asked the terminal: %q", s)
	}
}

func TestOnATerminal(t *testing.T) {
	x := onTerminal(t, "run")
	at := x.WaitFor(0, "120 host")
	if s := x.All(); strings.Contains(s, "\x1b]11;?") || strings.Contains(s, "\x1b[6n") {
		t.Errorf("it asked the terminal: %q", tail(s))
	}
	if s := x.All(); !strings.Contains(s, "\x1b[?2026h") || strings.Count(s, "\x1b[?2026h") < strings.Count(s, "\x1b[?2026l") {
		t.Error("frames are not bracketed")
	}
	x.Type(strings.Repeat("j", 100)) // one write
	at = x.WaitFor(at, "h100: nothing applied")

	x.Type("2")
	at = x.WaitFor(at, "What to deploy")
	x.Type("\x1b[200~proxy\x1b[201~") // a paste
	at = x.WaitFor(at, "> proxy")
	x.Type("\x1b")
	at = x.WaitFor(at, "a few letters")
	x.Type("\x1b")
	at = x.WaitFor(at, "h100: nothing applied")

	for i := range 60 {
		x.Resize(1+i*13%150, 1+i*7%50)
	}
	x.Resize(20, 5)
	at = x.WaitFor(at, "make the window")
	x.Resize(100, 30)
	at = x.WaitFor(at, "h100: nothing applied")

	x.Type("\x1a") // ctrl+z, and fg
	at = x.WaitFor(at, "\x1b[?1049l")
	at = x.Nag(at, "\x1b[?1049h", func() { _ = x.Cmd.Process.Signal(syscall.SIGCONT) })
	at = x.WaitFor(at, "h100: nothing applied")

	x.Type("y")
	at = x.WaitFor(at, "\x1b]52;c;aDEwMA==")

	x.Type("q")
	at = x.WaitFor(at, "\x1b[?1049l")
	x.WaitFor(at, "left 0")
	if code := x.Code(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(x.All()[at-20:], "\x1b[?25h") && !strings.Contains(tail(x.All()), "\x1b[?25h") {
		t.Error("the cursor is not shown again")
	}
}

func TestNothingIsWrittenWhileIdle(t *testing.T) {
	x := onTerminal(t, "run")
	x.WaitFor(0, "120 host")
	x.Type("j")
	x.WaitFor(0, "h001: nothing applied")
	n := -1
	for quiet := time.After(2 * time.Second); ; { // many polls of the links, no output
		select {
		case <-x.More():
			n = len(x.All())
			continue
		case <-quiet:
		}
		break
	}
	select {
	case <-x.More():
		t.Errorf("written while idle: %q", x.All()[max(n, 0):])
	case <-time.After(500 * time.Millisecond):
	}
}

var colour = regexp.MustCompile(`\x1b\[([0-9]+;)*(3[0-8]|4[0-8]|9[0-7])(;[0-9]+)*m`)

func TestNoColor(t *testing.T) {
	x := onTerminal(t, "run", "NO_COLOR=1")
	x.WaitFor(0, "120 host")
	if s := colour.FindString(x.All()); s != "" {
		t.Errorf("it is coloured: %q", s)
	}
	y := onTerminal(t, "run")
	y.WaitFor(0, "120 host")
	if colour.FindString(y.All()) == "" {
		t.Error("without NO_COLOR nothing is coloured either")
	}
}

func TestATerminalThatCannot(t *testing.T) {
	x := onTerminal(t, "run", "TERM=dumb")
	x.WaitFor(0, "TERM=dumb")
	x.WaitFor(0, "armonic deploy")
	if code := x.Code(); code != 2 || strings.Contains(x.All(), "\x1b") {
		t.Errorf("exit code %d, wrote %q", code, x.All())
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
