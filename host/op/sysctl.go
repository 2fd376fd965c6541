package op

import (
	"context"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// sysctlOperation wants a setting of the kernel to have a value, now and after a boot.
type sysctlOperation struct{ name, value string }

func sysctl() Definition {
	return Definition{
		Name: "sysctl", Required: 2,
		Doc: "A setting of the kernel, now and after a boot: it is set, and written to a file of its own in /etc/sysctl.d.",
		Params: []Param{
			{Name: "name", Doc: "Its name: net.ipv4.ip_forward."},
			{Name: "value", Doc: "Its value; several numbers with spaces between them."},
		},
		New: func(a Arguments) (Operation, error) {
			o := sysctlOperation{a["name"], strings.Join(strings.Fields(a["value"]), " ")}
			if o.value == "" || strings.ContainsFunc(o.value, func(r rune) bool { return r < ' ' }) {
				return nil, spec.Errorf(spec.Invalid, "%q is no value of a setting of the kernel", a["value"])
			}
			return o, view.CheckSysctl(o.name)
		},
	}
}

// Plan says what would change: the value first, since the kernel may refuse it.
func (o sysctlOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	key := string(view.Sysctl) + " " + o.name
	now, err := v.Get(key)
	if err != nil {
		return nil, err
	}
	if now.Kind == view.Nothing {
		return nil, spec.Errorf(spec.NotFound, "the kernel has no setting %s", o.name).WithHint("a module of the kernel may have to be loaded for it")
	}
	var out []Change
	if after := view.SysctlValue(o.value); after != now {
		out = append(out, Change{Key: key, Before: now, After: after})
	}
	file := "/etc/sysctl.d/90-" + strings.ReplaceAll(o.name, "/", "-") + ".conf"
	written, err := planFile(v, file, access{}, func(string) (string, error) { return o.name + " = " + o.value + "\n", nil })
	return append(out, written...), err
}
