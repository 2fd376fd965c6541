package op

import (
	"context"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// mountOperation wants a file system to be mounted, now and after a boot, or not.
type mountOperation struct {
	where   string
	unit    started
	present bool
}

func mount() Definition {
	return Definition{
		Name: "mount", Required: 2,
		Doc: "A file system that is mounted, now and after a boot: a unit of systemd of its own, not a line of /etc/fstab. The directory is made if it is missing, and never removed with present = False.",
		Params: []Param{
			{Name: "where", Doc: "The directory that it is mounted on."},
			{Name: "what", Doc: "What is mounted: /dev/sdb1, UUID=…, nfs1:/srv/files, tmpfs."},
			{Name: "type", Doc: "Its type: ext4, nfs4, tmpfs. If it is not given, the kernel finds out."},
			{Name: "options", Doc: "Options of mount: \"ro,noexec\"."},
			{Name: "present", Type: Flag, Default: True, Doc: "False if it is to be mounted no more."},
		},
		New: func(a Arguments) (Operation, error) {
			where, err := a.path("where")
			if err != nil {
				return nil, err
			}
			o := mountOperation{where: where}
			o.present, _ = a.flag("present")
			for _, name := range []string{"where", "what", "type", "options"} {
				if err := checkInUnit(name, a[name]); err != nil {
					return nil, err
				}
			}
			if a["what"] == "" {
				return nil, spec.Errorf(spec.Invalid, "what is to be mounted is not said")
			}
			lines := []string{"[Unit]", "Description=" + inUnit(a["what"]+" on "+where), "", "[Mount]", "What=" + inUnit(a["what"]), "Where=" + inUnit(where)}
			if a["type"] != "" {
				lines = append(lines, "Type="+inUnit(a["type"]))
			}
			if a["options"] != "" {
				lines = append(lines, "Options="+inUnit(a["options"]))
			}
			name := view.MountUnit(where)
			if err := view.CheckService(name); err != nil {
				return nil, spec.Errorf(spec.Invalid, "nothing can be mounted on %q", where).WithHint("its name is too long, or holds letters that units cannot")
			}
			o.unit = started{files: []fileOperation{unitFile(name, append(lines, "", "[Install]", "WantedBy=multi-user.target")...)}, unit: name, changed: view.Restart}
			return o, nil
		},
	}
}

// Plan says what would change.
func (o mountOperation) Plan(ctx context.Context, v view.View) ([]Change, error) {
	var several []Operation
	if o.present {
		several = append(several, directoryOperation{path: o.where})
	}
	return planSeveral(ctx, v, append(several, planning(func(ctx context.Context, v view.View) ([]Change, error) {
		return o.unit.plan(ctx, v, o.present)
	}))...)
}

// checkInUnit refuses what cannot be the value of a setting of a unit.
func checkInUnit(name, text string) error {
	if strings.TrimSpace(text) != text || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.ContainsAny(text, `\"'`) {
		return spec.Errorf(spec.Invalid, "%s is %q", name, text).WithHint("on one line, without quotes, backslashes and spaces around it")
	}
	return nil
}
