package xmppbench_test

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is one that ends with the test.
type process struct {
	pid int
	out *locked

	kill func() // as kill -9 does; returns when it has ended
}

// locked is what a process writes.
type locked struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// launch starts a process.
func launch(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{out: &locked{}}
	if cmd.Stdout == nil {
		cmd.Stdout = p.out
	}
	cmd.Stderr = p.out
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	must(t, cmd.Start())
	p.pid = cmd.Process.Pid
	p.kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed: that is its error
	})
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", cmd.Path, p.out)
		}
	})
	return p
}

// resident is the memory that a process has in use, in KiB, and the part of it that is
// no file's.
func resident(t testing.TB, pid int) (all, own int) {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	must(t, err)
	field := func(name string) int {
		_, rest, _ := strings.Cut(string(text), name+":")
		v, err := strconv.Atoi(strings.Fields(rest)[0])
		must(t, err)
		return v
	}
	return field("VmRSS"), field("RssAnon")
}

// processorTime is what a process has used of the processors so far. On a machine that does other work as well
// it tells more than the clock.
func processorTime(t testing.TB, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	must(t, err)
	_, rest, _ := strings.Cut(string(text), ") ") // after the name, which may have spaces in it
	var ticks int
	for _, field := range strings.Fields(rest)[11:13] {
		n, err := strconv.Atoi(field)
		must(t, err)
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100
}
