package host

import (
	"bytes"
	"crypto/rand"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// command is one that runs.
type command struct {
	trace
	cmd            *exec.Cmd
	stdout, stderr *os.File // where its output is read
	begun          *os.File // holds a byte once the program itself is executed
	pidfd          int      // readable when its first process has ended
	wakeR, wakeW   *os.File // for a byte when there is something to do
	handedOver     atomic.Bool
}

// prelude is run by the shell in front of every program. Nothing of the command is
// interpreted by the shell.
const prelude = `umask 022; echo >&3 || exit; exec 3>&-; exec "$@"`

// pipeSize is how much of the output of a command is kept if nobody reads it.
const pipeSize = 1 << 20

// start starts a command in a session of its own, and in a scope of systemd if wanted.
// It is recorded before.
func (h *Host) start(c spec.Command, scoped bool) (*command, error) {
	as, env, err := asUser(c.User)
	if err != nil {
		return nil, err
	}
	maps.Copy(env, c.Env)
	p := &command{trace: trace{ID: rand.Text(), Program: c.Argv[0], At: time.Now(), Boot: bootID()}}
	argv := slices.Concat([]string{"/bin/sh", "-c", prelude, "sh"}, as, c.Argv)
	if scoped {
		p.Scope = "armonic-" + p.ID + ".scope"
		argv = append(scope(p.Scope, p.Program), argv...)
	} else {
		_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) // where it cannot be, fewer processes are found
	}
	defaultSignals()
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Dir, p.cmd.Env = directory(c), append(environment(env), commandMark+"="+p.ID)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, PidFD: &p.pidfd}
	if err := p.open(c.Input); err != nil {
		p.close()
		return nil, err
	}
	defer p.closeFiles()
	h.mu.Lock() // nobody sees the record of one that is not known yet
	defer h.mu.Unlock()
	if err := h.records.write(p.trace); err != nil {
		p.close()
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		h.records.remove(p.trace)
		p.close()
		return nil, err
	}
	p.Session = p.cmd.Process.Pid
	if first, ok := readProcess(p.Session); ok {
		p.Start = first.start
	}
	h.running[p.ID] = p
	_ = h.records.write(p.trace) // it can be found without this
	return p, nil
}

// open makes what the command reads and writes. Each output is a pipe of which the
// command holds both ends: if we are killed, it can write on, and is not ended by that.
func (p *command) open(input string) (err error) {
	if p.wakeR, p.wakeW, err = os.Pipe(); err != nil {
		return err
	}
	var begun *os.File
	if p.begun, begun, err = os.Pipe(); err != nil {
		return err
	}
	p.cmd.ExtraFiles = []*os.File{begun} // file 3
	for _, end := range []struct {
		read  **os.File
		write *io.Writer
	}{{&p.stdout, &p.cmd.Stdout}, {&p.stderr, &p.cmd.Stderr}} {
		var w *os.File
		if *end.read, w, err = os.Pipe(); err != nil {
			return err
		}
		_, _ = unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, pipeSize) // a smaller one will do
		if both, err := os.OpenFile("/proc/self/fd/"+strconv.Itoa(int(w.Fd())), os.O_RDWR, 0); err == nil {
			_ = w.Close()
			w = both
		}
		*end.write = w
	}
	if input == "" {
		return nil // what it reads is empty
	}
	fd, err := unix.MemfdCreate("input", unix.MFD_CLOEXEC) // not a pipe: it is there when we are not
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), "input")
	p.cmd.Stdin = f
	if _, err := io.Copy(f, strings.NewReader(input)); err != nil {
		return err
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// closeFiles closes what only the command needs.
func (p *command) closeFiles() {
	files := p.cmd.ExtraFiles
	for _, x := range []any{p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr} {
		if f, ok := x.(*os.File); ok {
			files = append(files, f)
		}
	}
	for _, f := range files {
		_ = f.Close()
	}
}

// close closes what we hold of it.
func (p *command) close() {
	for _, f := range []*os.File{p.stdout, p.stderr, p.begun, p.wakeR, p.wakeW} {
		_ = f.Close() // nil is fine
	}
	if p.pidfd > 0 {
		_ = unix.Close(p.pidfd)
	}
}

// The commands that run.

func (h *Host) forget(p *command) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.running, p.ID)
}

func (h *Host) commands() []*command {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.running))
}

// started reports whether a process is the first one of a command that runs.
func (h *Host) started(pid int) bool {
	return slices.ContainsFunc(h.commands(), func(p *command) bool { return p.Session == pid })
}

// wake has follow look at what there is to do.
func (p *command) wake() { _, _ = p.wakeW.Write([]byte{0}) }

// defaultSignals has commands get every signal as a program expects it: what this process
// ignores, and a command would ignore then, it goes on to ignore by receiving it.
func defaultSignals() {
	_, after, _ := bytes.Cut(procFile(os.Getpid(), "status"), []byte("SigIgn:"))
	line, _, _ := bytes.Cut(after, []byte("\n"))
	ignored, _ := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 64)
	for s := range syscall.Signal(64) {
		if ignored>>s&1 != 0 {
			signal.Notify(make(chan os.Signal, 1), s+1) // nobody reads it
		}
	}
}
