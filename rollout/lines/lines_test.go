package lines_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/rollout/lines"
)

func line(n int) rollout.LogLine {
	return rollout.LogLine{N: n, At: time.Unix(int64(n), 0).UTC(), Host: "web1", Task: "t", Text: "a line"}
}

// short is a buffer that keeps next to nothing in memory.
func short(disk int) *lines.Buffer { return &lines.Buffer{Memory: 10_000, Disk: disk} }

func TestNothingIsLeftOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	b := short(0)
	for n := range 1000 {
		b.Add([]rollout.LogLine{line(n + 1)})
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 || b.First() != 0 {
		t.Errorf("there are %v, %v", files, err)
	}
}

func TestTheMemoryIsBound(t *testing.T) {
	used := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for name, of := range map[string]struct{ lines, size int }{"short": {200_000, 60}, "long": {2000, 40_000}, "huge": {3, 2 * rollout.MostLogBytes}} {
		before := used()
		b := &lines.Buffer{}
		for n := 1; n <= of.lines; n++ {
			x := line(n)
			x.Text = strings.Repeat("x", of.size)
			b.Add([]rollout.LogLine{x})
		}
		if now := used(); now > before+8<<20 && name != "huge" || b.Len()-b.First()+b.Dropped() != of.lines {
			t.Errorf("%s: %d MiB", name, (now-before)>>20)
		}
		if x := b.At(b.First()); len(x.Text) != of.size {
			t.Errorf("%s: a line has %d bytes", name, len(x.Text))
		}
	}
}

func TestWhatIsClosedHoldsNoFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	open := func() (n int) { // of this test: others leave some to the garbage collector
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("only Linux lists them so")
		}
		for _, f := range files {
			if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.HasPrefix(to, dir) {
				n++
			}
		}
		return n
	}
	b := short(0)
	for n := range 1000 {
		b.Add([]rollout.LogLine{line(n + 1)})
	}
	if open() == 0 {
		t.Fatal("there are no files that could be closed")
	}
	b.Close()
	if n := open(); n != 0 {
		t.Errorf("%d files are open", n)
	}
}
