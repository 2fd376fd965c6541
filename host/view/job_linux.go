package view

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
)

// jobs are what systemd does with a unit; its word for it is also that for people.
const (
	start   = "start"
	stop    = "stop"
	reload  = "reload"
	restart = "restart"
)

// Times from the end of a job to when a service is believed to have come up. One that
// says itself when it is ready needs less.
const (
	settleTime   = time.Second
	notifyTime   = 300 * time.Millisecond
	settleLook   = 25 * time.Millisecond
	journalLines = 10
	longestLine  = 300                    // bytes of a line of the journal
	lateLook     = 100 * time.Millisecond // between two looks at it
	lateLooks    = 10
	quietLooks   = 3 // in a row that have found nothing new
)

// Act reloads or restarts a service that runs. One that failed is started again by a
// restart; nothing is done with one that is stopped.
func (r Real) Act(ctx context.Context, verb Verb, service string) error {
	u, err := fresh(ctx, service)
	if err != nil {
		return err
	}
	defer u.conn.Close()
	now := u.now()
	if verb == Restart {
		if u.state().IsStopped() && now != FailedNow || now == Stopping {
			return nil
		}
		return r.job(ctx, &u, restart)
	}
	switch {
	case now != Running:
		return nil
	case !u.yes("CanReload"):
		return spec.Errorf(spec.Invalid, "%s cannot be reloaded", u.name).WithHint("use ctx.host.restart")
	}
	return r.job(ctx, &u, reload)
}

// job has systemd do something with a unit, and waits until it is done and the unit has
// settled. The error has the end of the unit's journal.
func (r Real) job(ctx context.Context, u *unit, verb string) error {
	do := map[string]func(context.Context, string, string, chan<- string) (int, error){
		start: u.conn.StartUnitContext, stop: u.conn.StopUnitContext, reload: u.conn.ReloadUnitContext, restart: u.conn.RestartUnitContext,
	}[verb]
	if verb == start || verb == restart {
		_ = u.conn.ResetFailedUnitContext(ctx, u.name) // else many starts within a short time are refused
	}
	began := time.Now()
	done := make(chan string, 1) // one result
	if _, err := do(ctx, u.name, "replace", done); err != nil {
		return unitError(verb, u.name, err)
	}
	var result string
	select {
	case result = <-done:
	case <-ctx.Done():
		return spec.Errorf(spec.Canceled, "%s was not waited for: the %s goes on", u.name, verb)
	}
	if err := u.again(ctx); err != nil {
		return err
	}
	why := ""
	switch {
	case result == "canceled":
		why = "something else was asked of it meanwhile"
	case result == "dependency":
		why = "what it needs did not start"
	case result != "done" && result != "skipped":
		why = u.failure(result)
	case verb != stop:
		var err error
		if why, err = u.settle(ctx); err != nil {
			return err
		}
	case u.now() == Restarting || u.now() == Running:
		why = "it is started again"
	}
	if why == "" {
		return nil
	}
	return r.withJournal(ctx, u, began, spec.Errorf(spec.Failed, "cannot %s %s: %s", verb, u.name, why))
}

// settle watches a unit until it is believed to have come up, and says why it has not.
func (u *unit) settle(ctx context.Context) (why string, err error) {
	long := settleTime
	switch u.text("Type") {
	case "notify", "notify-reload":
		long = notifyTime
	case "": // no service
		long = 0
	}
	first := u.identity()
	for until := time.Now().Add(long); ; {
		switch now := u.now(); {
		case now != FailedNow && u.checked() && !u.yes("ConditionResult"):
			return "a condition of its unit does not hold", nil
		case now == Finished, now == Idle:
			return "", nil
		case u.text("Type") == "oneshot" && now == Running: // RemainAfterExit
			return "", nil
		case now == Stopped:
			return "it ended at once, without an error, or was not begun", nil
		case now == FailedNow, now == Restarting:
			return u.failure(""), nil
		case u.identity() != first:
			return "it ends, and is started again: " + u.failure(""), nil
		}
		if time.Now().After(until) && u.now() == Running {
			return "", nil
		}
		select {
		case <-time.After(settleLook):
		case <-ctx.Done():
			return "", spec.Errorf(spec.Canceled, "%s was not waited for until it had come up", u.name)
		}
		if err := u.again(ctx); err != nil {
			return "", err
		}
	}
}

// checked reports whether systemd knows that it looked at the conditions of a unit.
func (u *unit) checked() bool {
	at, _ := u.all["ConditionTimestampMonotonic"].(uint64)
	return at > 0
}

// identity is another one when the unit was started anew.
func (u *unit) identity() string { return fmt.Sprint(u.all["InvocationID"], u.all["NRestarts"]) }

// failure says how a unit failed.
func (u *unit) failure(result string) string {
	if own := u.text("Result"); own != "" && own != "success" {
		result = own
	}
	status, _ := u.all["ExecMainStatus"].(int32)
	switch result {
	case "exit-code":
		if status >= 200 {
			return "its program" + u.program() + " could not be run (status " + strconv.Itoa(int(status)) + ")"
		}
		if status == 0 {
			return "a program of it failed"
		}
		return "it ended with code " + strconv.Itoa(int(status))
	case "signal", "core-dump":
		return "it was ended by signal " + strconv.Itoa(int(status))
	case "timeout":
		return "it took too long"
	case "start-limit-hit":
		return "it was started too often within a short time"
	case "oom-kill":
		return "the host has too little memory for it"
	case "":
		return "it does not run on"
	}
	return result
}

// program is a space and the file that a service is to run, "" if that is not known. Its journal
// need not have it: what a process says that ends at once may be of no unit.
func (u *unit) program() string {
	commands, _ := u.all["ExecStart"].([][]any)
	if len(commands) == 0 || len(commands[0]) == 0 {
		return ""
	}
	file, _ := commands[0][0].(string)
	return " " + file
}

// withJournal adds to an error what a unit logged last. What a process says that ends at once, and
// that it ended, may come into the journal after systemd has told of it: it is read until nothing
// has come for a while.
func (r Real) withJournal(ctx context.Context, u *unit, since time.Time, err *spec.Error) error {
	lines := r.journal(ctx, u.name, since)
	for looks, quiet := 0, 0; looks < lateLooks && quiet < quietLooks && ctx.Err() == nil; looks++ {
		select {
		case <-time.After(lateLook):
		case <-ctx.Done():
		}
		before := lines
		if lines = r.journal(ctx, u.name, since); len(lines) > 0 && slices.Equal(lines, before) {
			quiet++
		} else {
			quiet = 0
		}
	}
	if len(lines) > 0 {
		err.Msg += "; its journal: " + strings.Join(lines, " | ")
	}
	return err.WithHint("systemctl status %s shows more", u.name)
}

// journal gives the last lines of a unit, nil if they cannot be read.
func (r Real) journal(ctx context.Context, name string, since time.Time) (lines []string) {
	_, _ = r.run(ctx, []string{"journalctl", "--sync"}, "") // else it is read as it is
	res, err := r.run(ctx, []string{"journalctl", "-u", name, "-n", strconv.Itoa(journalLines), "-o", "cat", "--no-pager", "-q",
		"--since=@" + strconv.FormatInt(since.Unix(), 10)}, "")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(res.Stdout) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, strings.ToValidUTF8(line[:min(len(line), longestLine)], ""))
		}
	}
	return lines
}
