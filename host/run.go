package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// What a command may use.
const (
	defaultTimeout = 15 * time.Minute
	grace          = 5 * time.Second // from asking a command to end to making it
	maxKept        = 1 << 20         // bytes of each stream that are kept
	maxLines       = 10_000          // lines that are passed on
	maxLine        = 4 << 10         // bytes of one line; longer ones are cut up
	maxLast        = 20              // lines of the end
)

// Host is this machine.
type Host struct{}

// New gives access to this machine.
func New() *Host { return &Host{} }

// Run runs a command in a process group of its own and passes the lines that it prints
// to line while it runs, one at a time and without the secrets that hide knows (nil: none).
// So are the last lines of the result; its output is as the command printed it. A command that ends by itself is no
// error, whatever its code. The error is Invalid for an empty command, NotFound if
// there is no such program or directory, Timeout if it took too long, Canceled if ctx
// ended; then the whole group is asked to end, and after a few seconds killed.
func (h *Host) Run(ctx context.Context, c spec.Command, hide *value.Redactor, line func(text string)) (spec.CommandResult, error) {
	if len(c.Argv) == 0 || c.Argv[0] == "" {
		return spec.CommandResult{}, spec.Errorf(spec.Invalid, "the command is empty")
	}
	if why, err := h.needless(ctx, c); why != "" || err != nil {
		return spec.CommandResult{Skipped: why}, err
	}
	return run(ctx, c, hide, line)
}

// needless says why a command need not be run.
func (h *Host) needless(ctx context.Context, c spec.Command) (string, error) {
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
		test.Argv, test.Unless, test.Creates, test.Input = c.Unless, nil, "", ""
		res, err := run(ctx, test, nil, func(string) {})
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

func run(ctx context.Context, c spec.Command, hide *value.Redactor, line func(string)) (spec.CommandResult, error) {
	limit := c.Timeout
	if limit <= 0 {
		limit = defaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooLong)
	defer cancel()
	out := &output{line: line}
	stdout, stderr := newStream(out, hide), newStream(out, hide)
	cmd := exec.CommandContext(ctx, c.Argv[0], c.Argv[1:]...)
	cmd.Dir, cmd.Env = directory(c), environment(c.Env)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.Input), stdout, stderr
	cmd.WaitDelay = grace + time.Second
	kill := ownGroup(cmd)
	defer kill.stop()
	err := cmd.Run()
	res := spec.CommandResult{Stdout: stdout.end(), Stderr: stderr.end()}
	res.Last = out.last
	if cmd.ProcessState != nil {
		res.Code = exitCode(cmd.ProcessState)
	}
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errTooLong):
		return res, spec.Errorf(spec.Timeout, "%s did not end within %s", c.Argv[0], limit)
	case ctx.Err() != nil:
		return res, &spec.Error{Kind: spec.Canceled, Msg: c.Argv[0] + " was stopped", Err: ctx.Err()}
	case cmd.ProcessState != nil:
		return res, nil // also if a child of it keeps its output open
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist):
		return res, missing(c)
	}
	return res, spec.Errorf(spec.Failed, "cannot run %s: %v", c.Argv[0], err)
}

var errTooLong = errors.New("it took too long")

func missing(c spec.Command) error {
	if info, err := os.Stat(directory(c)); err != nil || !info.IsDir() {
		return spec.Errorf(spec.NotFound, "there is no directory %s to run %s in", directory(c), c.Argv[0])
	}
	return spec.Errorf(spec.NotFound, "there is no program %s", c.Argv[0]).
		WithHint("install it first, or write its whole path; a pipe or a && needs [\"sh\", \"-c\", …]")
}

// environment is the same for every command, wherever the agent was started.
func environment(more map[string]string) []string {
	env := map[string]string{
		"PATH":            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME":            "/root",
		"LC_ALL":          "C.UTF-8",
		"DEBIAN_FRONTEND": "noninteractive",
	}
	if home, err := os.UserHomeDir(); err == nil {
		env["HOME"] = home
	}
	maps.Copy(env, more)
	out := make([]string, 0, len(env))
	for _, k := range slices.Sorted(maps.Keys(env)) {
		out = append(out, fmt.Sprintf("%s=%s", k, env[k]))
	}
	return out
}
