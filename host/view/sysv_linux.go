package view

import (
	"context"
	"path/filepath"
)

// sysvLinks says whether links start a script of /etc/init.d at boot: "enabled",
// "disabled", or "unlinked" if it has none at all.
func sysvLinks(script string) string {
	if links, _ := filepath.Glob("/etc/rc[2-5].d/S??" + script); len(links) > 0 {
		return Enabled
	}
	if links, _ := filepath.Glob("/etc/rc[0-6].d/[SK]??" + script); len(links) > 0 {
		return Disabled
	}
	return "unlinked"
}

// putSysvLinks has a script of /etc/init.d started at boot, or not. That is not in the
// hands of systemd.
func (r Real) putSysvLinks(ctx context.Context, script, want string) error {
	argv := []string{"update-rc.d", script, "defaults"}
	switch want {
	case Disabled:
		argv[2] = "defaults-disabled"
	case "unlinked":
		argv = []string{"update-rc.d", "-f", script, "remove"}
	}
	if sysvLinks(script) == "unlinked" {
		return r.program(ctx, "change when "+script+" is started", argv, "")
	}
	switch want {
	case Enabled:
		argv[2] = "enable"
	case Disabled:
		argv[2] = "disable"
	}
	return r.program(ctx, "change when "+script+" is started", argv, "")
}
