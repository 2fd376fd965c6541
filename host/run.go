package host

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// What a command may use.
const (
	defaultTimeout = 15 * time.Minute
	graceTime      = 5 * time.Second // from asking a process to end to killing it; and for output after the end
	maxKept        = 1 << 20         // bytes of each stream that are kept
	maxLines       = 10_000          // lines that are passed on
	maxLine        = 4 << 10         // bytes of one line; longer ones are cut up
	maxLast        = 20              // lines of the end
)

// Host is this machine.
type Host struct {
	records records // of the commands that run

	mu      sync.Mutex
	running map[string]*command // by id
}

// New gives access to this machine. In the state directory it keeps which commands run,
// so that a later process finds them if this one is killed; "" keeps nothing. Only one
// process may use a directory.
func New(stateDir string) *Host {
	h := &Host{running: map[string]*command{}}
	if stateDir != "" {
		h.records = records(filepath.Join(stateDir, "commands"))
	}
	return h
}

// Run runs a command in a session of its own, with the usual umask, signals and
// environment, and passes the lines that it prints to line while it runs, one at a time
// and without the secrets that hide knows (nil: none). So are the last lines of the
// result; its output is as the command printed it.
// A command that ends by itself is no error, whatever its code. The error is Invalid for
// an empty command, NotFound if there is no such program or directory, Timeout if it took
// too long, Canceled if ctx ended; then all its processes are asked to end, and after a
// few seconds killed, but those that must not be interrupted, such as dpkg, which are
// waited for. What an earlier process of ours left running is ended in the same way
// before; the error is Conflict if it cannot be.
func (h *Host) Run(ctx context.Context, c spec.Command, hide *value.Redactor, line func(text string)) (spec.CommandResult, error) {
	if len(c.Argv) == 0 || c.Argv[0] == "" {
		return spec.CommandResult{}, spec.Errorf(spec.Invalid, "the command is empty")
	}
	why, err := h.Needless(ctx, c, line)
	if why != "" || err != nil {
		return spec.CommandResult{Skipped: why}, err
	}
	return h.run(ctx, c, hide, line)
}

// Needless says why a command need not be run, as its Creates and Unless have it; "" if it
// has to be.
func (h *Host) Needless(ctx context.Context, c spec.Command, line func(text string)) (string, error) {
	if err := h.EndLeftovers(ctx, line); err != nil {
		return "", err
	}
	if c.Creates != "" {
		path := c.Creates
		if !filepath.IsAbs(path) {
			path = filepath.Join(directory(c), path)
		}
		_, err := os.Lstat(path)
		if err == nil {
			return path + " exists", nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", spec.Errorf(spec.Failed, "cannot see whether %s exists: %v", path, err)
		}
	}
	if len(c.Unless) > 0 {
		test := c
		test.Argv, test.Script, test.Unless, test.Creates, test.Input = c.Unless, "", nil, "", ""
		res, err := h.run(ctx, test, nil, func(string) {})
		if err != nil {
			return "", err
		}
		if res.Code == 0 {
			return c.Unless[0] + " says that there is nothing to do", nil
		}
	}
	return "", nil
}

func directory(c spec.Command) string {
	if c.Dir == "" {
		return "/"
	}
	return c.Dir
}

func (h *Host) run(ctx context.Context, c spec.Command, hide *value.Redactor, line func(string)) (spec.CommandResult, error) {
	limit := c.Timeout
	if limit <= 0 {
		limit = defaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooLong)
	defer cancel()
	name := c.Argv[0]
	argv, done, err := scriptOf(c)
	if err != nil {
		return spec.CommandResult{}, err
	}
	defer done()
	c.Argv = argv
	out := &output{line: line}
	stdout, stderr := newStream(out, hide), newStream(out, hide)
	code, report, err := h.execute(ctx, c, stdout, stderr, line)
	res := spec.CommandResult{Code: code, Stdout: stdout.end(), Stderr: stderr.end()}
	res.Last = out.last
	if report != "" {
		report = "; " + report
	}
	switch {
	case err != nil && spec.KindOf(err) == spec.Internal:
		return res, spec.Errorf(spec.Failed, "cannot run %s: %v", name, err)
	case err != nil:
		return res, err
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errTooLong):
		return res, spec.Errorf(spec.Timeout, "%s did not end within %s%s", name, limit, report)
	case ctx.Err() != nil:
		return res, &spec.Error{Kind: spec.Canceled, Msg: name + " was stopped" + report, Err: ctx.Err()}
	}
	return res, nil // also if a child of it keeps its output open
}

var errTooLong = errors.New("it took too long")
