package tmuxtest

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// look is how often a screen that is waited for is looked at.
const look = 15 * time.Millisecond

// Screen is what can be read in the terminal now: its lines from top to bottom,
// without blanks at their ends and without empty lines at the end.
func (x *Terminal) Screen() string {
	x.t.Helper()
	return strings.TrimRight(x.run("capture-pane", "-p"), "\n")
}

// Styled is Screen with its colours, as escape sequences.
func (x *Terminal) Styled() string {
	x.t.Helper()
	return strings.TrimRight(x.run("capture-pane", "-p", "-e"), "\n")
}

// WaitFor waits until the text can be read on the screen, and gives the screen.
// If it does not come in time the test fails, and shows the last screen.
func (x *Terminal) WaitFor(text string, within time.Duration) string {
	x.t.Helper()
	return x.wait("the text "+strconv.Quote(text), within, func(s string) bool { return strings.Contains(s, text) })
}

// WaitGone waits until the text can no longer be read on the screen.
func (x *Terminal) WaitGone(text string, within time.Duration) string {
	x.t.Helper()
	return x.wait("no more of the text "+strconv.Quote(text), within, func(s string) bool { return !strings.Contains(s, text) })
}

// WaitMatch is WaitFor with a regular expression, in which ^ and $ are the ends
// of a line.
func (x *Terminal) WaitMatch(pattern string, within time.Duration) string {
	x.t.Helper()
	re, err := regexp.Compile("(?m)" + pattern)
	if err != nil {
		x.t.Fatal(err)
	}
	return x.wait("a match of "+pattern, within, re.MatchString)
}

// WaitExit waits until the program has ended and gives its exit status; like a
// shell's, it is 128 and the number of the signal for one that was killed.
func (x *Terminal) WaitExit(within time.Duration) int {
	x.t.Helper()
	status := 0
	x.wait("the end of the program", within, func(string) bool {
		dead, how, _ := strings.Cut(x.run("display-message", "-p", "#{pane_dead}|#{pane_dead_status}|#{pane_dead_signal}"), "|")
		if dead != "1" {
			return false
		}
		exit, signal, _ := strings.Cut(strings.TrimSpace(how), "|")
		if n, err := strconv.Atoi(signal); err == nil && n > 0 {
			status = 128 + n
			return true
		}
		n, err := strconv.Atoi(exit)
		if err != nil {
			// tmux has seen the terminal close and missed the end of the program;
			// it looks for it again when another child of its ends.
			x.run("run-shell", "-b", "true")
		}
		status = n
		return err == nil
	})
	return status
}

// wait looks at the screen until it is as wanted.
func (x *Terminal) wait(want string, within time.Duration, ok func(screen string) bool) string {
	x.t.Helper()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for end := time.Now().Add(within); ; <-ticker.C {
		s := x.Screen()
		if ok(s) {
			return s
		}
		if time.Now().After(end) {
			x.t.Fatalf("waited %v for %s; the screen is\n%s", within, want, frame(s))
		}
	}
}

// frame marks where the lines of a screen begin, to tell them from the output of
// the test.
func frame(s string) string {
	return "  | " + strings.ReplaceAll(s, "\n", "\n  | ")
}
