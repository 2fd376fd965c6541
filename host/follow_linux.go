package host

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// follow passes on what a command prints until it has ended, and ends it when ctx does.
// It gives how it was ended, nil if it was not.
func (h *Host) follow(ctx context.Context, p *command, stdout, stderr io.Writer, say func(string)) *ending {
	stop := context.AfterFunc(ctx, p.wake)
	defer stop()
	var (
		end    *ending
		exited time.Time // of the first process; others may still hold the output
		buffer = make([]byte, 32<<10)
		fds    = []unix.PollFd{pollIn(p.stdout), pollIn(p.stderr), pollIn(p.wakeR), {Fd: int32(p.pidfd), Events: unix.POLLIN}}
	)
	for {
		open := read(&fds[0], buffer, stdout)
		open = read(&fds[1], buffer, stderr) || open
		if exited.IsZero() && p.hasExited() {
			exited, fds[3].Fd = time.Now(), -1
		}
		wait := -1 * time.Millisecond // without end
		switch {
		case p.handedOver.Load():
			return nil
		case ctx.Err() != nil:
			if end == nil {
				end = newEnding(func() []process { return p.processes(h.adopted(p.trace)) }, say)
				fds[2].Fd = -1 // the reason to wake up stays
			}
			if end.step() {
				read(&fds[0], buffer, stdout)
				read(&fds[1], buffer, stderr)
				return end
			}
			wait = lookAgain
		case !exited.IsZero():
			wait = graceTime - time.Since(exited)
			if !open || wait <= 0 {
				return nil
			}
		}
		if p.pidfd <= 0 {
			wait = lookAgain // the kernel does not tell when it ends
		}
		if _, err := unix.Poll(fds, int(wait.Milliseconds())); err != nil && !errors.Is(err, unix.EINTR) {
			time.Sleep(lookAgain) // the kernel has no memory for it
		}
	}
}

// pollIn waits for input of a file, which from now on is read without waiting.
func pollIn(f *os.File) unix.PollFd {
	fd := f.Fd() // has the file wait
	_ = unix.SetNonblock(int(fd), true)
	return unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
}

// read passes on what there is to read now, but not all that an endless output has. It
// reports whether more can come.
func read(fd *unix.PollFd, buffer []byte, to io.Writer) bool {
	for fd.Fd >= 0 {
		n, err := unix.Read(int(fd.Fd), buffer)
		switch {
		case n > 0:
			_, _ = to.Write(buffer[:n])
			return true
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return true
		default:
			fd.Fd = -1
		}
	}
	return false
}

// hasExited reports whether the first process has ended. Its number stays taken.
func (p *command) hasExited() bool {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, p.Session, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	return err != nil || info.Signo != 0
}
