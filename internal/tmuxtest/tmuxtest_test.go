package tmuxtest_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/tmuxtest"
	"github.com/google/go-cmp/cmp"
)

const soon = 10 * time.Second

// A program that asks for a name, greets, and ends with a status of its own.
const greeter = `printf 'who? '; read -r name; printf 'hello, <%s>\n' "$name"; read -r n; exit "$n"`

func TestAPersonTypesAndReads(t *testing.T) {
	t.Parallel()
	x := tmuxtest.Start(t, tmuxtest.Options{}, "sh", "-c", greeter)
	x.WaitFor("who?", soon)
	x.Type(`Zoë; C-c $HOME`)
	x.Press("Enter")
	screen := x.WaitMatch(`^hello, <.*; C-c \$HOME>$`, soon)
	if diff := cmp.Diff("who? Zoë; C-c $HOME\nhello, <Zoë; C-c $HOME>", screen); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	x.Press("7", "Enter")
	if got := x.WaitExit(soon); got != 7 {
		t.Errorf("exit status %d, want 7", got)
	}
	if !strings.HasPrefix(x.Screen(), screen) {
		t.Errorf("the last screen is lost: %q", x.Screen())
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	x := tmuxtest.Start(t, tmuxtest.Options{Width: 47, Height: 11, Dir: dir, Env: []string{"WHO=me ;"}},
		"sh", "-c", `stty size; echo "$WHO"; pwd >out; echo "$TERM ${TMUX-unset} $1"; read -r x`, "sh", "last;")
	want := "11 47\nme ;\ntmux-256color unset last;"
	if diff := cmp.Diff(want, x.WaitFor("last", soon)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestResize(t *testing.T) {
	t.Parallel()
	x := tmuxtest.Start(t, tmuxtest.Options{Width: 80, Height: 24},
		"sh", "-c", `trap 'stty size' WINCH; echo ready; while :; do read -r x; done`)
	x.WaitFor("ready", soon)
	x.Resize(132, 50)
	x.WaitFor("50 132", soon)
	x.Resize(20, 5)
	x.WaitFor("5 20", soon)
}

func TestColoursAndWhatGoesAway(t *testing.T) {
	t.Parallel()
	x := tmuxtest.Start(t, tmuxtest.Options{}, "sh", "-c", `printf '\033[31mred\033[0m\n'; read -r x; clear; read -r x`)
	x.WaitFor("red", soon)
	if got := x.Styled(); !strings.Contains(got, "\x1b[31mred") {
		t.Errorf("no colour in %q", got)
	}
	x.Press("Enter")
	x.WaitGone("red", soon)
}

func TestPasteIsBracketed(t *testing.T) {
	t.Parallel()
	x := tmuxtest.Start(t, tmuxtest.Options{}, "sh", "-c", `printf '\033[?2004h'; stty -echo -icanon; echo ready; cat -v`)
	x.WaitFor("ready", soon)
	x.Paste("two\nlines;")
	x.WaitMatch(`\^\[\[200~two`, soon)
	x.WaitFor("lines;", soon)
}

func TestASignalIsAnExitStatus(t *testing.T) {
	t.Parallel()
	x := tmuxtest.Start(t, tmuxtest.Options{}, "sh", "-c", "kill -TERM $$")
	if got := x.WaitExit(soon); got != 128+15 {
		t.Errorf("exit status %d, want 143", got)
	}
}

// What does not come fails the test, and shows the screen.
func TestWhatDoesNotCome(t *testing.T) {
	t.Parallel()
	tmuxtest.Need(t)
	r := &recorder{TB: t}
	r.run(func() {
		x := tmuxtest.Start(r, tmuxtest.Options{}, "sh", "-c", "echo one; echo two; read -r x")
		x.WaitFor("two", soon)
		x.WaitFor("three", 50*time.Millisecond)
	})
	want := "waited 50ms for the text \"three\"; the screen is\n  | one\n  | two"
	if diff := cmp.Diff(want, r.fatal); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A program that ignores the loss of its terminal does not outlive the test.
func TestNothingIsLeft(t *testing.T) {
	t.Parallel()
	tmuxtest.Need(t)
	// The program holds the other end of a pipe, which ends when it does.
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	end, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	t.Run("start", func(t *testing.T) {
		x := tmuxtest.Start(t, tmuxtest.Options{}, "sh", "-c",
			`trap '' HUP TERM INT; exec 3>"$1"; echo x >&3; echo ready; while :; do read -r x; done`, "sh", pipe)
		x.WaitFor("ready", soon)
	})
	if err := end.SetReadDeadline(time.Now().Add(soon)); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(end); err != nil || string(got) != "x\n" {
		t.Fatalf("the program is still there, or never was: %q, %v", got, err)
	}
}

// recorder is a test that remembers why it was ended.
type recorder struct {
	testing.TB
	fatal string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.fatal = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// run calls f as a test would be: on a goroutine that may be ended in the middle.
func (r *recorder) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}
