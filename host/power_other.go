//go:build !linux

package host

import (
	"context"

	"github.com/armonic/armonic/spec"
)

// Boot is known on Linux only.
func (h *Host) Boot() (string, error) {
	return "", spec.Errorf(spec.Failed, "hosts are rebooted on Linux only")
}

// Reboot works on Linux only.
func (h *Host) Reboot(context.Context) error {
	return spec.Errorf(spec.Failed, "hosts are rebooted on Linux only")
}
