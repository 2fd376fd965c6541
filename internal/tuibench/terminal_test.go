package tuibench_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/ptytest"
)

// terminal is a program on a pseudo-terminal of 120 columns and 36 rows.
type terminal struct {
	*ptytest.Terminal
	t *testing.T
}

func start(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	if cmd.Env == nil {
		cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool {
			return strings.HasPrefix(s, "TMUX=") || strings.HasPrefix(s, "NO_COLOR=")
		})
	}
	cmd.Env = append(slices.Clip(cmd.Env), "TERM=xterm-256color", "LC_ALL=C.UTF-8", "COLORTERM=truecolor")
	return &terminal{ptytest.Start(t, ptytest.Options{Answers: true, Patience: patience}, cmd), t}
}

// do presses keys and waits for what they bring.
func (x *terminal) do(keys, pattern string) {
	x.t.Helper()
	from := x.Size()
	x.Type(keys)
	x.Find(from, pattern)
}

// toQuiet presses a key and gives how long it takes until the last byte of the answer:
// the one before 20 ms of silence. false is no answer.
func (x *terminal) toQuiet(key string) (time.Duration, bool) {
	x.t.Helper()
	before, at := x.Size(), time.Now()
	x.Type(key)
	select {
	case <-x.More():
	case <-time.After(time.Second):
	}
	last := x.Quiet(20 * time.Millisecond)
	return last.Sub(at), x.Size() > before
}

// frameEnd is how the program's frames end: the cursor is put somewhere.
var frameEnd = regexp.MustCompile(`\x1b\[(\d+);\d+H(\x1b\[\?25h)?\x1b\[\?2026l`)

// row is where the last frame has left the cursor.
func (x *terminal) row() string {
	return rowOf(x.From(x.Size() - 1<<16))
}

func rowOf(text string) string {
	all := frameEnd.FindAllStringSubmatch(text, -1)
	if all == nil {
		return ""
	}
	return all[len(all)-1][1]
}

// toMove presses a key that moves the cursor to another row, and gives how long it takes
// until the end of the first frame that has it there, whatever else is drawn meanwhile.
func (x *terminal) toMove(key string) time.Duration {
	x.t.Helper()
	was, from := x.row(), x.Size()
	at := time.Now()
	x.Type(key)
	for {
		end, seen := x.Find(from, frameEnd.String())
		if rowOf(x.From(from)[:end-from]) != was {
			return seen.Sub(at)
		}
		from = end
	}
}

// processorTime is what the program has used of the processors so far.
func (x *terminal) processorTime() time.Duration {
	x.t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(x.Cmd.Process.Pid) + "/stat")
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
	text, err := os.ReadFile("/proc/" + strconv.Itoa(x.Cmd.Process.Pid) + "/status")
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
	cpu, size, at := x.processorTime(), x.Size(), time.Now()
	time.Sleep(d)
	return 100 * float64(x.processorTime()-cpu) / float64(time.Since(at)), x.Size() - size
}
