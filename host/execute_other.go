//go:build !linux

package host

import (
	"context"
	"errors"
	"os/exec"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Agents are on Linux. Elsewhere no command is recorded.
type (
	command struct{}
	records string
)

// execute runs a program to its end and gives its exit code.
func (h *Host) execute(ctx context.Context, c spec.Command, stdout, stderr *stream, _ func(string)) (code int, report string, err error) {
	if c.User != "" {
		return 0, "", spec.Errorf(spec.Unavailable, "commands run as another user on Linux only")
	}
	cmd := exec.CommandContext(ctx, c.Argv[0], c.Argv[1:]...)
	cmd.Dir, cmd.Env = directory(c), environment(c.Env)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(c.Input), stdout, stderr
	cmd.WaitDelay = graceTime
	err = cmd.Run()
	if cmd.ProcessState != nil {
		return cmd.ProcessState.ExitCode(), "", nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return 0, "", spec.Errorf(spec.NotFound, "there is no program %s", c.Argv[0])
	}
	return 0, "", err
}

// StillRunning knows nothing of an earlier process.
func (h *Host) StillRunning() []string { return nil }

// HandOver hands nothing over.
func (h *Host) HandOver() {}

// EndLeftovers ends nothing.
func (h *Host) EndLeftovers(context.Context, func(string)) error { return nil }

// OwnService is "": there is no systemd.
func OwnService() string { return "" }
