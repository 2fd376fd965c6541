package host

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"

	"github.com/armonic/armonic/spec"
)

// Boot identifies what the host has booted. Of a host that is a part of another one, with a
// process 1 of its own, that is when this began.
func (h *Host) Boot() (string, error) {
	first, ok := readProcess(1)
	if !ok {
		return "", spec.Errorf(spec.Failed, "process 1 cannot be looked at, so that a reboot could not be told")
	}
	return fmt.Sprintf("%s-%d", bootID(), first.start), nil
}

// Reboot has systemd shut the host down in order and boot it again.
func (h *Host) Reboot(ctx context.Context) error {
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return spec.Errorf(spec.Failed, "systemd does not run here, so that the host cannot be rebooted in order").
			WithHint("reboot it by hand, and mark the step as done")
	}
	out, err := exec.CommandContext(ctx, "systemctl", "--no-block", "reboot").CombinedOutput()
	if err != nil {
		return spec.Errorf(spec.Failed, "systemctl reboot: %v: %s", err, bytes.TrimSpace(out))
	}
	return nil
}
