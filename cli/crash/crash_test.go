package crash_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"

	"github.com/armonic/armonic/cli/crash"
	"github.com/armonic/armonic/internal/tmuxtest"
	"github.com/armonic/armonic/value"
)

// The test binary is also a program that crashes, and its monitor.
func TestMain(m *testing.M) {
	crash.Monitor()
	dir := os.Getenv("CRASH_TEST_DIR")
	switch os.Getenv("CRASH_TEST") {
	case "":
		os.Exit(m.Run())
	case "command":
		if err := crash.Watch(dir); err != nil {
			panic(err)
		}
	case "well":
		if err := crash.Watch(dir); err != nil {
			panic(err)
		}
		os.Exit(0)
	case "secret":
		if err := crash.Watch(dir); err != nil {
			panic(err)
		}
		regexp.MustCompile("([hunter2" + value.Secret("hunter3").Reveal())
	case "screen":
		if err := crash.Watch(dir); err != nil {
			panic(err)
		}
		if _, err := term.MakeRaw(os.Stdin.Fd()); err != nil {
			panic(err)
		}
		_, _ = os.Stdout.WriteString("\x1b[?1049h")
	case "agent":
		earlier, err := crash.KeepIn(dir)
		if err != nil {
			panic(err)
		}
		_, _ = os.Stdout.WriteString(earlier)
	}
	go func() { panic("a fault of ours") }()
	select {}
}

func program(t *testing.T, what, dir string) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), "CRASH_TEST="+what, "CRASH_TEST_DIR="+dir)
	var out, err strings.Builder
	c.Stdout, c.Stderr = &out, &err
	if c.Run() == nil && what != "well" {
		t.Fatal("it did not crash")
	}
	return out.String(), err.String() // all of it: the monitor holds it open
}

func reports(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "crash-*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAReportIsKeptAndNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	_, stderr := program(t, "command", dir)
	found := reports(t, dir)
	if len(found) != 1 || !strings.Contains(stderr, "armonic crashed: a fault of ours\n  the report is in "+found[0]) {
		t.Fatalf("%q\n%s", found, stderr)
	}
	text, err := os.ReadFile(found[0])
	if err != nil || !strings.Contains(string(text), "crash_test.TestMain") {
		t.Errorf("the report is\n%s\n%v", text, err)
	}
	if info, err := os.Stat(found[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// A message may quote what it looked at.
func TestSecretsAreNotInAReport(t *testing.T) {
	dir := t.TempDir()
	program(t, "secret", dir)
	found := reports(t, dir)
	if len(found) != 1 {
		t.Fatalf("%q", found)
	}
	text, err := os.ReadFile(found[0])
	if err != nil || strings.Contains(string(text), "hunter") {
		t.Errorf("the report is\n%s\n%v", text, err)
	}
	for _, s := range []string{"regexp: Compile", "error parsing regexp", "crash_test.TestMain"} {
		if !strings.Contains(string(text), s) {
			t.Errorf("the report does not say %q:\n%s", s, text)
		}
	}
}

func TestAProgramThatEndsWellLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, stderr := program(t, "well", dir); stderr != "" || len(reports(t, dir)) != 0 {
		t.Errorf("%q, %q", stderr, reports(t, dir))
	}
}

func TestAnAgentNamesTheReportWhenItIsBack(t *testing.T) {
	dir := t.TempDir()
	if earlier, _ := program(t, "agent", dir); earlier != "" {
		t.Errorf("the first start names %q", earlier)
	}
	earlier, _ := program(t, "agent", dir)
	text, err := os.ReadFile(earlier)
	if err != nil || !strings.Contains(string(text), "a fault of ours") {
		t.Errorf("%s, %v", text, err)
	}
}

// A crash in the middle of a full-screen program leaves a terminal that can be used.
func TestTheTerminalIsPutBack(t *testing.T) {
	tmuxtest.Need(t)
	line := "echo before; CRASH_TEST=screen CRASH_TEST_DIR=" + t.TempDir() + " " + os.Args[0] + "; read x; stty -a; read x"
	x := tmuxtest.Start(t, tmuxtest.Options{Width: 100, Height: 50}, "sh", "-c", line)
	if screen := x.WaitFor("armonic crashed", 20*time.Second); !strings.Contains(screen, "before") {
		t.Errorf("it is another screen:\n%s", screen)
	}
	x.Press("Enter")
	if screen := x.WaitFor("icanon", 20*time.Second); strings.Contains(screen, "-icanon") || strings.Contains(screen, "-echo ") {
		t.Errorf("the terminal is raw:\n%s", screen)
	}
}
