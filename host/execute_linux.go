package host

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// execute runs a program to its end and gives its exit code, and what a person should
// know if ctx ended it.
func (h *Host) execute(ctx context.Context, c spec.Command, stdout, stderr *stream, say func(string)) (code int, report string, err error) {
	if err := cannotRun(c); err != nil {
		return 0, "", err
	}
	reap()
	scoped := canScope()
	for {
		p, err := h.start(c, scoped)
		if err != nil {
			return 0, "", err
		}
		end := h.follow(ctx, p, stdout, stderr, say)
		if p.handedOver.Load() {
			h.forget(p) // it stays recorded
			p.close()
			return 0, "", spec.Errorf(spec.Canceled, "%s ends this agent and waits for that, so it was left to run on (process %d)", c.Argv[0], p.Session).
				WithHint("when the agent is back, look at what the command did, then retry: what still runs of it is ended first, or waited for")
		}
		code, begun := h.finish(p, end)
		if begun || end != nil {
			return code, end.report(), nil
		}
		if !scoped {
			return 0, "", errors.New("the shell did not begin it")
		}
		say("it cannot be run in a scope of systemd, so it is run without")
		scoped = false
	}
}

// finish lets go of a command. One that could not be ended stays recorded, and has the
// code -1 if its first process still runs. begun says whether the program itself was
// executed.
func (h *Host) finish(p *command, end *ending) (code int, begun bool) {
	defer p.close()
	code = -1
	if p.hasExited() {
		_ = p.cmd.Wait() // its code is what counts
		code = p.cmd.ProcessState.ExitCode()
		if w, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && w.Signaled() {
			code = 128 + int(w.Signal())
		}
	}
	if end == nil || len(end.left) == 0 {
		h.records.remove(p.trace)
	}
	h.forget(p)
	reap()
	n, _ := unix.Read(int(pollIn(p.begun).Fd), make([]byte, 1))
	return code, n > 0
}

// cannotRun says why a program cannot be run, nil if it can.
func cannotRun(c spec.Command) error {
	if info, err := os.Stat(directory(c)); err != nil || !info.IsDir() {
		return spec.Errorf(spec.NotFound, "there is no directory %s to run %s in", directory(c), c.Argv[0])
	}
	dirs := []string{""}
	if !strings.Contains(c.Argv[0], "/") {
		for _, v := range environment(c.Env) {
			if path, ok := strings.CutPrefix(v, "PATH="); ok {
				dirs = filepath.SplitList(path)
			}
		}
	}
	var denied error
	for _, dir := range dirs {
		path := filepath.Join(dir, c.Argv[0])
		if !filepath.IsAbs(path) {
			path = filepath.Join(directory(c), path)
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir():
			continue
		case err == nil:
			err = unix.Access(path, unix.X_OK)
		}
		if err == nil {
			return nil
		}
		denied = err
	}
	if denied != nil {
		return spec.Errorf(spec.Failed, "cannot run %s: %v", c.Argv[0], denied)
	}
	return spec.Errorf(spec.NotFound, "there is no program %s", c.Argv[0]).
		WithHint("install it first, or write its whole path; a pipe or a && needs [\"sh\", \"-c\", …]")
}
