package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// StillRunning names the commands that an earlier process of ours started and that have
// not ended.
func (h *Host) StillRunning() []string {
	var out []string
	for _, t := range h.leftovers() {
		if left := t.processes(nil); len(left) > 0 {
			out = append(out, t.describe(left))
		}
	}
	return out
}

func (t trace) describe(left []process) string {
	return fmt.Sprintf("%s, started at %s, still runs: %s", t.Program, t.At.Local().Format(time.DateTime), left[0])
}

// leftovers are the recorded commands that this process did not start.
func (h *Host) leftovers() []trace {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []trace
	for _, t := range h.records.all() {
		if h.running[t.ID] == nil {
			out = append(out, t)
		}
	}
	return out
}

// EndLeftovers ends what an earlier process left, before something new is run. The error
// is Conflict if it cannot be ended, and Canceled if ctx ends before.
func (h *Host) EndLeftovers(ctx context.Context, line func(string)) error {
	for _, t := range h.leftovers() {
		find := func() []process { return t.processes(nil) }
		if left := find(); len(left) > 0 {
			line("an earlier command is ended first: " + t.describe(left))
			end := newEnding(find, line)
			outputs := openOutputs(left)
			for !end.step() && ctx.Err() == nil {
				outputs.discard()
			}
			outputs.close()
			if ctx.Err() != nil {
				return &spec.Error{Kind: spec.Canceled, Msg: "it was stopped before an earlier command had ended", Err: ctx.Err()}
			}
			if len(end.left) > 0 {
				return spec.Errorf(spec.Conflict, "an earlier command, %s, does not end; %s", t.Program, end.report()).
					WithHint("end it by hand, then retry")
			}
		}
		h.records.remove(t)
	}
	return nil
}

// outputs are those of commands whose reader is gone. They are read so that nothing waits
// for that.
type outputs []unix.PollFd

func openOutputs(all []process) outputs {
	var out outputs
	seen := map[uint64]bool{}
	for _, p := range all {
		for _, n := range []int{1, 2} {
			var info unix.Stat_t
			name := fmt.Sprintf("/proc/%d/fd/%d", p.pid, n)
			if unix.Stat(name, &info) != nil || info.Mode&unix.S_IFMT != unix.S_IFIFO || seen[info.Ino] {
				continue
			}
			if fd, err := unix.Open(name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0); err == nil {
				seen[info.Ino] = true
				out = append(out, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
			}
		}
	}
	return out
}

// discard reads what there is within a moment.
func (o outputs) discard() {
	until := time.Now().Add(lookAgain)
	for buffer := make([]byte, pipeSize); ; {
		wait := time.Until(until)
		if wait <= 0 {
			return
		}
		if _, err := unix.Poll(o, int(wait.Milliseconds())); err != nil && !errors.Is(err, unix.EINTR) {
			time.Sleep(wait)
		}
		for i := range o {
			fd := o[i] // read forgets one that has ended, and close does not
			if o[i].Revents != 0 && !read(&fd, buffer, io.Discard) {
				o[i].Events = 0
			}
		}
	}
}

func (o outputs) close() {
	for _, fd := range o {
		_ = os.NewFile(uintptr(fd.Fd), "output").Close()
	}
}
