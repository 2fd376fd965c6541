package ptytest

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// Options say on what a program runs. The zero value is 120 columns and 36 rows, and a
// terminal that is silent.
type Options struct {
	Width, Height int
	Answers       bool          // what a program may ask of a terminal at its start is answered
	Patience      time.Duration // how long anything that is waited for may take; 0 is 10 s
}

// Terminal is a program on a pseudo-terminal. Its methods fail the test where what they wait
// for does not come.
type Terminal struct {
	Cmd   *exec.Cmd
	TTY   *os.File // our end: what is typed is written to it
	Began time.Time

	t        testing.TB
	patience time.Duration
	answers  bool

	mu     sync.Mutex
	got    bytes.Buffer
	chunks []chunk
	more   chan struct{} // size 1: something was read
	closed chan struct{}
	end    func()
}

// chunk is what was read at once, and when.
type chunk struct {
	at  time.Time
	end int // of all that was read until then
}

// Start runs a command on a terminal of its own. The environment of the test, if it has no
// other, is without what says which terminal the test itself has.
func Start(t testing.TB, o Options, cmd *exec.Cmd) *Terminal {
	t.Helper()
	if o.Width == 0 {
		o.Width, o.Height = 120, 36
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if cmd.Env == nil {
		cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool {
			return strings.HasPrefix(s, "TMUX=") || strings.HasPrefix(s, "NO_COLOR=")
		})
	}
	x := &Terminal{Cmd: cmd, Began: time.Now(), t: t, patience: o.Patience, answers: o.Answers, more: make(chan struct{}, 1), closed: make(chan struct{})}
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: uint16(o.Height), Cols: uint16(o.Width)})
	if err != nil {
		t.Fatalf("no pseudo-terminal: %v", err)
	}
	x.TTY = tty
	go x.read()
	x.end = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = tty.Close()
		<-x.closed
		_ = cmd.Wait() // it was killed: that is its error
	})
	t.Cleanup(x.end)
	return x
}

// asks are questions to the terminal that some programs wait for an answer to.
var asks = [][2]string{{"\x1b[6n", "\x1b[1;1R"}, {"\x1b[c", "\x1b[?62;c"}, {"\x1b]11;?", "\x1b]11;rgb:0000/0000/0000\x1b\\"}} //nolint:gochecknoglobals // a table

func (x *Terminal) read() {
	defer close(x.closed)
	buf := make([]byte, 1<<16)
	for {
		n, err := x.TTY.Read(buf)
		at := time.Now()
		x.mu.Lock()
		x.got.Write(buf[:n])
		x.chunks = append(x.chunks, chunk{at, x.got.Len()})
		x.mu.Unlock()
		for _, a := range asks {
			if x.answers && bytes.Contains(buf[:n], []byte(a[0])) {
				_, _ = x.TTY.WriteString(a[1])
			}
		}
		select {
		case x.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// End kills the program, if it has not ended, and waits for that. The end of the test does it too.
func (x *Terminal) End() { x.end() }

// All is all that the program has written until now.
func (x *Terminal) All() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.got.String()
}

// From is what it has written after the first n bytes.
func (x *Terminal) From(n int) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return string(x.got.Bytes()[min(max(n, 0), x.got.Len()):])
}

// Size is how many bytes it has written until now.
func (x *Terminal) Size() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.got.Len()
}

// More has a token whenever something was read since one was taken.
func (x *Terminal) More() <-chan struct{} { return x.more }

// Type writes what a terminal sends for keys.
func (x *Terminal) Type(keys string) {
	x.t.Helper()
	if _, err := x.TTY.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// Resize gives the terminal another size, of which the system tells the program.
func (x *Terminal) Resize(w, h int) {
	x.t.Helper()
	if err := pty.Setsize(x.TTY, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)}); err != nil {
		x.t.Fatal(err)
	}
}

// WaitFor waits for a text in what comes after the first `from` bytes, and gives where it
// ends, in bytes from the beginning.
func (x *Terminal) WaitFor(from int, text string) int {
	x.t.Helper()
	return x.Nag(from, text, func() {})
}

// Nag is WaitFor with something done again and again meanwhile.
func (x *Terminal) Nag(from int, text string, nag func()) int {
	x.t.Helper()
	end, _ := x.find(from, regexp.MustCompile(regexp.QuoteMeta(text)), nag)
	return end
}

// Find is WaitFor with a regular expression. It gives also when the match was there.
func (x *Terminal) Find(from int, pattern string) (end int, at time.Time) {
	x.t.Helper()
	return x.find(from, regexp.MustCompile(pattern), func() {})
}

// again is how often somebody nags.
const again = 100 * time.Millisecond

func (x *Terminal) find(from int, re *regexp.Regexp, nag func()) (end int, at time.Time) {
	x.t.Helper()
	late := time.After(x.patience)
	tick := time.NewTicker(again)
	defer tick.Stop()
	for closed := false; ; {
		x.mu.Lock()
		if m := re.FindIndex(x.got.Bytes()[min(from, x.got.Len()):]); m != nil {
			end = from + m[1]
			i, _ := slices.BinarySearchFunc(x.chunks, end, func(c chunk, end int) int { return c.end - end })
			at = x.chunks[i].at
			x.mu.Unlock()
			return end, at
		}
		x.mu.Unlock()
		if closed {
			x.t.Fatalf("the program ended without showing %q: %s", re, x.tail())
		}
		select {
		case <-x.more:
		case <-tick.C:
			nag()
		case <-x.closed:
			closed = true // what it wrote last is looked at once more
		case <-late:
			x.t.Fatalf("%q is not shown: %s", re, x.tail())
		}
	}
}

// tail is the end of what was written, in lines.
func (x *Terminal) tail() string {
	return regexp.MustCompile(`\x1b\[\d+;1H`).ReplaceAllString(x.From(x.Size()-9000), "\n")
}

// Quiet waits until nothing was written for a while, and gives when it was.
func (x *Terminal) Quiet(d time.Duration) (last time.Time) {
	for {
		select {
		case <-x.more:
		case <-time.After(d):
			return x.last()
		}
	}
}

// last is when something was written last.
func (x *Terminal) last() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.chunks) == 0 {
		return x.Began
	}
	return x.chunks[len(x.chunks)-1].at
}

// Code waits for the end of the program and gives its exit code.
func (x *Terminal) Code() int {
	x.t.Helper()
	select {
	case <-x.closed:
	case <-time.After(x.patience):
		x.t.Fatalf("the program does not end: %s", x.tail())
	}
	_ = x.Cmd.Wait()
	return x.Cmd.ProcessState.ExitCode()
}
