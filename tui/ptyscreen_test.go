package tui_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	xterm "github.com/charmbracelet/x/term"

	"github.com/armonic/armonic/cli/crash"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/tmuxtest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/value"
)

// fault quotes a secret in what it says.
func fault() { regexp.MustCompile("(" + value.Secret("hunter2").Reveal()) }

// crashingFleet breaks when it is asked for its hosts.
type crashingFleet struct {
	deploy.Fleet
	broken *atomic.Bool
}

func (f crashingFleet) Hosts() []spec.HostStatus {
	if f.broken.Load() {
		fault()
	}
	return f.Fleet.Hosts()
}

// crashing has the program crash when it gets SIGUSR1, in the place that what names.
func crashing(what string, f deploy.Fleet, c *tui.Config) {
	if err := crash.Watch(os.Getenv("CRASH_DIR")); err != nil {
		panic(err)
	}
	var update, command atomic.Bool
	c.Fleet = crashingFleet{f, &command}
	c.Now = func() time.Time {
		if update.Load() {
			fault()
		}
		return time.Now()
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGUSR1)
	go func() {
		<-asked
		switch what {
		case "crash in Update":
			update.Store(true)
		case "crash in a command":
			command.Store(true)
		default:
			fault()
		}
	}()
}

func TestACrashLeavesACleanTerminalAndAReport(t *testing.T) {
	for _, what := range []string{"crash in Update", "crash in a command", "crash in a goroutine"} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			x := onTerminal(t, what, "CRASH_DIR="+dir)
			x.WaitFor(0, "120 host")
			if err := x.Cmd.Process.Signal(syscall.SIGUSR1); err != nil {
				t.Fatal(err)
			}
			at := x.Nag(0, "\x1b[?1049l", func() { _, _ = x.TTY.WriteString("\x121") }) // the fleet is read again
			x.WaitFor(at, "please send it")
			_ = x.Code()
			after := x.All()[at:]
			if !strings.Contains(after, "\x1b[?25h") || !strings.Contains(after, "\x1b[?7h") || !strings.Contains(after, "\x1b[?2004l") {
				t.Errorf("the terminal is left with %q", after)
			}
			if strings.Contains(after, "hunter2") || strings.Contains(after, "goroutine ") || !strings.Contains(after, "armonic crashed: regexp") {
				t.Errorf("it says %q", after)
			}
			found, err := filepath.Glob(filepath.Join(dir, "crash-*.txt"))
			if err != nil || len(found) != 1 {
				t.Fatalf("%q, %v", found, err)
			}
			report, err := os.ReadFile(found[0])
			if err != nil || !strings.Contains(string(report), "tui_test.fault") || strings.Contains(string(report), "hunter2") {
				t.Errorf("the report is\n%s\n%v", report, err)
			}
		})
	}
}

func TestASignalLeavesTheTerminalAsItWas(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			x := onTerminal(t, "run")
			at := x.WaitFor(0, "120 host")
			during, err := xterm.GetState(x.TTY.Fd())
			if err != nil {
				t.Fatal(err)
			}
			if err := x.Cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			at = x.WaitFor(at, "\x1b[?1049l\x1b[0m\x1b[?25h")
			x.WaitFor(at, "error: ") // written with \n, which the terminal makes \r\n of again
			if x.Code() != 2 || !strings.Contains(x.All()[at:], "\r\n") {
				t.Errorf("after it %q", x.All()[at:])
			}
			if after, err := xterm.GetState(x.TTY.Fd()); err == nil && *after == *during {
				t.Error("the terminal is still raw")
			}
		})
	}
}

// The real cursor is on the row of the focus, hidden, and shown where one types.
func TestTheRealCursor(t *testing.T) {
	x := onTerminal(t, "run")
	at := x.WaitFor(0, "h001")
	x.Type("jjj")
	at = x.WaitFor(at, "h003: nothing applied")
	at = x.WaitFor(at, "\x1b[?2026l")
	move := regexp.MustCompile(`\x1b\[(\d+);(\d+)H(\x1b\[\?25h)?\x1b\[\?2026l$`).FindStringSubmatch(x.All()[:at])
	if len(move) != 4 || move[3] != "" {
		t.Fatalf("the frame ends with %q", tail(x.All()[:at]))
	}
	row, err := strconv.Atoi(move[1])
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`\x1b\[`+strconv.Itoa(row)+`;1H([^\r\n]*?)\x1b\[\d+;1H`).FindAllString(x.All()[:at], -1)
	if len(line) == 0 || !strings.Contains(line[len(line)-1], "h003") {
		t.Errorf("row %d is %q", row, line)
	}
	x.Type("2web")
	at = x.WaitFor(at, "> web")
	at = x.WaitFor(at, "\x1b[?2026l")
	if end := "\x1b[?25h\x1b[?2026l"; !strings.HasSuffix(x.All()[:at], end) {
		t.Errorf("while one types the frame ends with %q", x.All()[at-30:at])
	}
}

func TestAKeyWritesOnlyTheLinesThatItChanges(t *testing.T) {
	x := onTerminal(t, "run")
	at := x.WaitFor(0, "120 host")
	x.Type("j")
	at = x.WaitFor(at, "h001: nothing applied")
	at = x.WaitFor(at, "\x1b[?2026l")
	x.Type("j")
	end := x.WaitFor(at, "h002: nothing applied")
	end = x.WaitFor(end, "\x1b[?2026l")
	frame := x.All()[at:end]
	if n := strings.Count(frame, ";1H"); n == 0 || n > 12 {
		t.Errorf("%d lines of 36 are written: %q", n, frame)
	}
}

func TestASizeThatChangesWritesTheWholeFrame(t *testing.T) {
	x := onTerminal(t, "run")
	at := x.WaitFor(0, "120 host")
	for _, size := range [][2]int{{100, 30}, {80, 24}, {120, 36}} {
		x.Resize(size[0], size[1])
		at = x.WaitFor(at, "\x1b[2J")
		at = x.WaitFor(at, "ARMONIC")
		at = x.WaitFor(at, "\x1b["+strconv.Itoa(size[1])+";1H")
	}
}

// The smallest window shows where one is, and one that is smaller says how large it has to be.
func TestASmallTerminal(t *testing.T) {
	x := onTerminalOf(t, 40, 10, "run")
	at := x.WaitFor(0, "120 empty")
	for _, page := range [][2]string{{"2", "Catalogue"}, {"\x1b3", "Deploy"}, {"4", "Runs"}, {"5", "Logs"}, {"1", "Fleet"}} {
		x.Type(page[0])
		at = x.WaitFor(at, "\x1b[1;1H")
		end := x.WaitFor(at, "\x1b[?2026l")
		first, _, _ := strings.Cut(x.From(at)[:end-at], "\x1b[2;1H")
		if !strings.Contains(first, page[1]) {
			t.Errorf("after %s the first line is %q", page[0], first)
		}
	}
	for _, row := range regexp.MustCompile(`\x1b\[(\d+);\d+H`).FindAllStringSubmatch(x.All(), -1) {
		if n, err := strconv.Atoi(row[1]); err != nil || n > 10 {
			t.Errorf("row %s is written", row[1])
		}
	}
	at = x.Size()
	x.Resize(39, 9)
	at = x.WaitFor(at, "make the window")
	x.Resize(40, 10)
	x.WaitFor(at, "Fleet")
}

// While something is carried out, ctrl+z asks, and only then stops.
func TestStoppingAsksOnATerminal(t *testing.T) {
	x := onTerminal(t, "slow")
	at := x.WaitFor(0, "3 hosts")
	for _, step := range [][2]string{{"2", "What to deploy"}, {"proxy", "> proxy"}, {"\r", "Host for"}, {"\r", "0 of 3 hosts marked"},
		{"\x1b[B ", "1 of 3 hosts marked"}, {"\r", "READY"}, {"p", "What will happen"}, {"R", "Run Proxy"}, {"y", "RUN"}, {"\x1a", "Something is running"}, {"\x1b", "RUN"}} {
		x.Type(step[0])
		at = x.WaitFor(at, step[1])
	}
	if strings.Contains(x.All(), "\x1b[?1049l") {
		t.Error("it stopped before it was told to")
	}
	x.Type("\x1a")
	at = x.WaitFor(at, "Something is running")
	x.Type("z")
	at = x.WaitFor(at, "\x1b[?1049l")
	at = x.Nag(at, "\x1b[?1049h", func() { _ = x.Cmd.Process.Signal(syscall.SIGCONT) })
	x.WaitFor(at, "RUN")
}

// A shell stops the program and continues it, however it is asked to: the shell has its
// terminal meanwhile, and then the screen is there again, in the size that the terminal
// has by then.
func TestAShellStopsAndContinuesIt(t *testing.T) {
	if testing.Short() {
		t.Skip("needs tmux")
	}
	file := filepath.Join(t.TempDir(), "pid")
	x := tmuxtest.Start(t, tmuxtest.Options{Env: []string{"ARMONIC_TUI_CHILD=run", "ARMONIC_TUI_PID=" + file, "NO_COLOR=", "PS1=ready> ", "HISTFILE="}}, "bash", "--norc", "--noprofile", "-i")
	const soon = 30 * time.Second
	for i, stop := range []func(){
		func() { x.Press("C-z") },
		func() { signalTo(t, file, syscall.SIGTSTP) },
		func() { signalTo(t, file, syscall.SIGSTOP) },
	} {
		x.WaitFor("ready>", soon)
		if i == 0 {
			x.Type(os.Args[0])
			x.Press("Enter")
			x.WaitFor("120 host", soon)
			x.Press("j")
			x.WaitFor("h001: nothing applied", soon)
		} else {
			x.Type("fg")
			x.Press("Enter")
			x.WaitFor("h001: nothing applied", soon)
			x.WaitFor("120 host", soon)
		}
		stop()
		x.WaitFor("Stopped", soon)
		if i > 0 { // it could not give the terminal back itself
			x.Type("stty sane; printf '\\033[?1049l'")
			x.Press("Enter")
		}
		x.Resize(100+i, 30)
		x.Type("stty -a; echo $((40+2))")
		x.Press("Enter")
		if screen := x.WaitFor("42", soon); strings.Contains(screen, "120 host") || strings.Contains(screen, "-icanon") || strings.Contains(screen, "-echo ") {
			t.Fatalf("the shell has not got its terminal:\n%s", screen)
		}
		x.Type("clear")
		x.Press("Enter")
		x.WaitGone("42", soon)
	}
	x.Type("fg")
	x.Press("Enter")
	x.WaitFor("h001: nothing applied", soon)
	x.Press("q")
	x.WaitFor("left 0", soon)
}

// signalTo sends a signal to the program that has written its id to a file.
func signalTo(t *testing.T, file string, s syscall.Signal) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, s); err != nil {
		t.Fatal(err)
	}
}

// nothing is what tmux may say of the empty end of a screen.
var nothing = regexp.MustCompile(`(\s|\x1b\[(0|39|49)m)+$`)

// atRest is what a terminal shows once it has taken all that was written: the text that a test
// waits for may be there before the rest of its frame.
func atRest(x *tmuxtest.Terminal) string {
	now := x.Styled()
	for range 100 {
		before := now
		time.Sleep(100 * time.Millisecond)
		if now = x.Styled(); now == before {
			break
		}
	}
	return nothing.ReplaceAllString(now, "")
}

// What is drawn piece by piece in a real terminal is what is drawn at once.
func TestInARealTerminalPiecesAreTheWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("needs tmux")
	}
	const soon = 30 * time.Second
	for _, name := range []string{"tmux-256color", "linux", "xterm"} {
		t.Run(name, func(t *testing.T) {
			x := tmuxtest.Start(t, tmuxtest.Options{Width: 100, Height: 30, Env: []string{"ARMONIC_TUI_CHILD=run", "NO_COLOR=", "TERM=" + name}}, os.Args[0])
			x.WaitFor("120 host", soon)
			for _, step := range [][2]string{{"j", "h001: nothing"}, {"G", "h119: nothing"}, {"2", "What to deploy"}, {"1", "h119: nothing"}, {"?", "one row up"}, {"Escape", ""}} {
				x.Press(step[0])
				if step[0] == "Escape" {
					x.WaitGone("one row up", soon)
					continue
				}
				x.WaitFor(step[1], soon)
				if step[0] == "2" { // what the operations ask is counted in the background
					x.WaitMatch(`Flaky\.go .* 3 +120`, soon)
				}
				var pieces, whole string
				for range 3 { // hosts that answer meanwhile are shown
					pieces = atRest(x)
					x.Resize(30, 5)
					x.WaitFor("make the window", soon)
					x.Resize(100, 30)
					x.WaitFor(step[1], soon)
					if whole = atRest(x); pieces == whole {
						break
					}
				}
				if pieces != whole {
					t.Errorf("after %s:\n%s\nat once it is\n%s", step[0], pieces, whole)
				}
			}
			x.Press("q")
			x.WaitFor("left 0", soon)
		})
	}
}
