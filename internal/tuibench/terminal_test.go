package tuibench_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// chunk is what was read at once, and when.
type chunk struct {
	at  time.Time
	end int // of all that was read until then
}

// terminal is a program on a pseudo-terminal of 120 columns and 36 rows.
type terminal struct {
	t     *testing.T
	tty   *os.File
	pid   int
	began time.Time

	mu     sync.Mutex
	got    bytes.Buffer
	chunks []chunk
	more   chan struct{} // size 1: something was read
	closed chan struct{}

	end func()
}

func start(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = slices.DeleteFunc(slices.Clone(cmd.Env), func(s string) bool {
		return strings.HasPrefix(s, "TMUX=") || strings.HasPrefix(s, "NO_COLOR=")
	})
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "LC_ALL=C.UTF-8", "COLORTERM=truecolor")
	x := &terminal{t: t, more: make(chan struct{}, 1), closed: make(chan struct{}), began: time.Now()}
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 36, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	x.tty, x.pid = tty, cmd.Process.Pid
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
var asks = [][2]string{{"\x1b[6n", "\x1b[1;1R"}, {"\x1b[c", "\x1b[?62;c"}, {"\x1b]11;?", "\x1b]11;rgb:0000/0000/0000\x1b\\"}}

func (x *terminal) read() {
	defer close(x.closed)
	buf := make([]byte, 1<<16)
	for {
		n, err := x.tty.Read(buf)
		at := time.Now()
		x.mu.Lock()
		x.got.Write(buf[:n])
		x.chunks = append(x.chunks, chunk{at, x.got.Len()})
		x.mu.Unlock()
		for _, a := range asks {
			if bytes.Contains(buf[:n], []byte(a[0])) {
				_, _ = x.tty.WriteString(a[1])
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

// size is how much was written until now.
func (x *terminal) size() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.got.Len()
}

// found waits for a pattern in what comes after the first `from` bytes. It gives where
// that ends, and when it was there.
func (x *terminal) found(from int, pattern string) (end int, at time.Time) {
	x.t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(patience)
	for {
		x.mu.Lock()
		if m := re.FindIndex(x.got.Bytes()[from:]); m != nil {
			end = from + m[1]
			i, _ := slices.BinarySearchFunc(x.chunks, end, func(c chunk, end int) int { return c.end - end })
			at = x.chunks[i].at
			x.mu.Unlock()
			return end, at
		}
		x.mu.Unlock()
		select {
		case <-x.more:
		case <-x.closed:
			x.t.Fatalf("it ended without %q: %s", pattern, x.tail())
		case <-late:
			x.t.Fatalf("%q does not come: %s", pattern, x.tail())
		}
	}
}

func (x *terminal) tail() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return regexp.MustCompile(`\x1b\[\d+;1H`).ReplaceAllString(string(x.got.Bytes()[max(x.got.Len()-6000, 0):]), "\n")
}

func (x *terminal) write(s string) {
	x.t.Helper()
	_, err := x.tty.WriteString(s)
	must(x.t, err)
}

// do presses keys and waits for what they bring.
func (x *terminal) do(keys, pattern string) {
	x.t.Helper()
	from := x.size()
	x.write(keys)
	x.found(from, pattern)
}

// quiet waits until nothing was written for a while, and gives when it was.
func (x *terminal) quiet(d time.Duration) time.Time {
	for {
		select {
		case <-x.more:
		case <-time.After(d):
			return x.last()
		}
	}
}

// last is when the last byte was written.
func (x *terminal) last() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.chunks[len(x.chunks)-1].at
}

// toQuiet presses a key and gives how long it takes until the last byte of the answer:
// the one before 20 ms of silence. false is no answer.
func (x *terminal) toQuiet(key string) (time.Duration, bool) {
	x.t.Helper()
	before, at := x.size(), time.Now()
	x.write(key)
	select {
	case <-x.more:
	case <-time.After(time.Second):
	}
	last := x.quiet(20 * time.Millisecond)
	return last.Sub(at), x.size() > before
}

// frameEnd is how the program's frames end: the cursor is put somewhere.
var frameEnd = regexp.MustCompile(`\x1b\[(\d+);\d+H(\x1b\[\?25h)?\x1b\[\?2026l`)

// row is where the last frame has left the cursor.
func (x *terminal) row() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := frameEnd.FindAllSubmatch(x.got.Bytes()[max(x.got.Len()-1<<16, 0):], -1)
	if all == nil {
		return ""
	}
	return string(all[len(all)-1][1])
}

// toMove presses a key that moves the cursor to another row, and gives how long it takes
// until the end of the first frame that has it there, whatever else is drawn meanwhile.
func (x *terminal) toMove(key string) time.Duration {
	x.t.Helper()
	was, from := x.row(), x.size()
	at := time.Now()
	x.write(key)
	for {
		end, seen := x.found(from, frameEnd.String())
		x.mu.Lock()
		m := frameEnd.FindAllSubmatch(x.got.Bytes()[from:end], -1)
		x.mu.Unlock()
		if string(m[len(m)-1][1]) != was {
			return seen.Sub(at)
		}
		from = end
	}
}

// processorTime is what the program has used of the processors so far.
func (x *terminal) processorTime() time.Duration {
	x.t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(x.pid) + "/stat")
	must(x.t, err)
	_, rest, _ := strings.Cut(string(text), ") ") // after the name, which may have spaces in it
	var ticks int
	for _, field := range strings.Fields(rest)[11:13] {
		n, err := strconv.Atoi(field)
		must(x.t, err)
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100
}

// memory is what the program has in use now and had at most, in MiB.
func (x *terminal) memory() (now, most float64) {
	x.t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(x.pid) + "/status")
	must(x.t, err)
	field := func(name string) float64 {
		_, rest, _ := strings.Cut(string(text), name+":")
		v, err := strconv.Atoi(strings.Fields(rest)[0])
		must(x.t, err)
		return float64(v) / 1024
	}
	return field("VmRSS"), field("VmHWM")
}

// over is what the program does during some time: processor time in percent of one, and bytes written.
func (x *terminal) over(d time.Duration) (percent float64, written int) {
	x.t.Helper()
	cpu, size, at := x.processorTime(), x.size(), time.Now()
	time.Sleep(d)
	return 100 * float64(x.processorTime()-cpu) / float64(time.Since(at)), x.size() - size
}
