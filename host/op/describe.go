package op

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// Describe says what a change does, on one line: "+ /etc/motd (0644 root:root)".
func (c Change) Describe() string {
	if c.Forever != "" {
		why := c.Forever
		c.Forever = ""
		return c.Describe() + "; it cannot be taken back: " + why
	}
	switch was := About(c.Before); {
	case c.After.Kind == view.Reload || c.After.Kind == view.Restart || c.After.Kind == view.Reboot:
		return c.Key
	case c.After.Kind == view.Nothing && spec.KindOfKey(c.Key) == view.File:
		return fmt.Sprintf("- %s (%s)", c.Key, c.Before.Kind)
	case c.After.Kind == view.Nothing:
		return strings.TrimSpace(fmt.Sprintf("- %s (was %s) %s", c.Key, was, c.After.Content))
	case c.After.Kind == view.Database && c.Before.Content == view.WithData:
		return fmt.Sprintf("+ %s (%s), to be dropped with its data when that is undone", c.Key, About(c.After))
	case c.After.Kind == view.DatabaseUser && c.Before.Kind == view.DatabaseUser && was == About(c.After):
		return fmt.Sprintf("~ %s (another password)", c.Key)
	case c.Before.Kind == view.Nothing:
		return fmt.Sprintf("+ %s (%s)", c.Key, About(c.After))
	case was != About(c.After):
		return fmt.Sprintf("~ %s (%s, was %s)", c.Key, About(c.After), was)
	}
	return "~ " + c.Key
}

// About says what an object is, but for the content of a file: "0644 root:root".
func About(o view.Object) string {
	switch o.Kind {
	case view.Nothing:
		return "nothing"
	case view.Link:
		return "link to " + o.Target
	case view.Directory:
		return "directory, " + modeAndOwner(o)
	case view.Other:
		return "a device, a socket or the like"
	case view.File:
		return modeAndOwner(o)
	case view.DatabaseUser:
		return o.Target
	case view.Package, view.Service, view.User, view.Group, view.Database, view.Sysctl, view.Nftables, view.Listens, view.Reload, view.Restart, view.Reboot:
	}
	return o.Content
}

func modeAndOwner(o view.Object) string {
	bits := uint32(o.Mode.Perm())
	for bit, mode := range map[uint32]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if o.Mode&mode != 0 {
			bits |= bit
		}
	}
	return fmt.Sprintf("%04o %s:%s", bits, o.Owner, o.Group)
}
