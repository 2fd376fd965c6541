package crash

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"

	"github.com/armonic/armonic/value"
)

// What the process that waits is told: that it is the one, with where the file is to be; and
// how the terminal was, which the program changes while its monitor still starts.
const (
	monitorEnv  = "ARMONIC_CRASH_DIR"
	terminalEnv = "ARMONIC_CRASH_TERMINAL"
)

// maxReport bounds what is kept, in bytes.
const maxReport = 1 << 20

// Watch has a second process wait until this one ends. If it crashed, the terminal is put
// back as it is now, a file in dir has what was said, and standard error names it. The
// program's main function must begin with Monitor.
func Watch(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	said, saying, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _, _ = said.Close(), saying.Close() }() // the runtime has a copy of its own
	c := exec.Command(self)
	c.Env = append(os.Environ(), monitorEnv+"="+dir)
	c.Stdin, c.Stderr = said, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // signals of the keyboard are not for it
	if before, err := term.GetState(os.Stderr.Fd()); err == nil {
		text, err := json.Marshal(before)
		if err != nil {
			return err
		}
		c.Env = append(c.Env, terminalEnv+"="+string(text))
	}
	if err := c.Start(); err != nil { // it ends after this process, or is killed: nobody waits for it
		return err
	}
	return debug.SetCrashOutput(saying, debug.CrashOptions{})
}

// Monitor waits, and ends the process, if this process is the one that Watch started.
func Monitor() {
	dir, ok := os.LookupEnv(monitorEnv)
	if !ok {
		return
	}
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE, syscall.SIGTTOU)
	var before term.State
	isTerminal := json.Unmarshal([]byte(os.Getenv(terminalEnv)), &before) == nil
	report, _ := io.ReadAll(io.LimitReader(os.Stdin, maxReport))
	report = hideQuoted(report)
	if len(report) == 0 {
		os.Exit(0)
	}
	if isTerminal {
		_ = term.Restore(os.Stderr.Fd(), &before)
		fmt.Fprint(os.Stderr, leaveScreen)
	}
	name, err := write(dir, report)
	if err != nil {
		fmt.Fprintf(os.Stderr, "\narmonic crashed, and its report cannot be kept: %v\n%s", err, report)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr, "\narmonic crashed: %s\n  the report is in %s: please send it to its developers\n", first(report), name)
	os.Exit(0)
}

// leaveScreen undoes what a full-screen program asks of a terminal: the other screen, the
// hidden cursor, the mouse, marked pastes, lines that end at the border, a frame that is
// not finished, colours.
const leaveScreen = "\x1b[?2026l\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?7h\x1b[0m"

// hideQuoted takes out of the message of a report what it quotes: that may be a secret
// that was looked at. Below the message are places in the source and addresses only.
func hideQuoted(report []byte) []byte {
	end := bytes.Index(report, []byte("\ngoroutine "))
	if end < 0 {
		end = len(report)
	}
	quoted := regexp.MustCompile("`[^`]*(`|$)|\"(\\\\.|[^\"\\\\])*(\"|$)")
	return append(quoted.ReplaceAll(report[:end], []byte(`"`+value.Hidden+`"`)), report[end:]...)
}

func write(dir string, report []byte) (name string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, "crash-"+time.Now().Format("20060102-150405")+"-*.txt")
	if err != nil {
		return "", err
	}
	_, err = f.Write(report)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return f.Name(), err
}

// first is the line that says what happened.
func first(report []byte) []byte {
	line, _, _ := bytes.Cut(report, []byte("\n"))
	return bytes.TrimPrefix(line, []byte("panic: "))
}

// lastReport is the file of an agent that crashes.
const lastReport = "crash.txt"

// KeepIn has the report of a crash of this process written into a file of dir. It gives
// the name of the file of an earlier crash, "" if there is none.
func KeepIn(dir string) (earlier string, err error) {
	name := filepath.Join(dir, lastReport)
	if info, err := os.Stat(name); err == nil && info.Size() > 0 {
		earlier = filepath.Join(dir, "crash-"+info.ModTime().Format("20060102-150405")+".txt")
		if err := os.Rename(name, earlier); err != nil {
			return "", err
		}
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return earlier, err
	}
	defer func() { _ = f.Close() }() // the runtime has a copy of its own
	return earlier, debug.SetCrashOutput(f, debug.CrashOptions{})
}
