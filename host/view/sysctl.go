package view

import (
	"regexp"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Sysctl is the kind of a setting of the kernel, as it is now: "sysctl net.ipv4.ip_forward".
const Sysctl = spec.ObjectSysctl

var sysctlName = regexp.MustCompile(`^[a-z0-9_-]+(\.[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)+$`)

// CheckSysctl refuses what is no name of a setting of the kernel.
func CheckSysctl(name string) error {
	if !sysctlName.MatchString(name) || len(name) > 200 {
		return spec.Errorf(spec.Invalid, "%q is no setting of the kernel", name).
			WithHint("such as net.ipv4.ip_forward; a dot in the name of an interface is written as a slash")
	}
	return nil
}

// SysctlPath is where the kernel has a setting.
func SysctlPath(name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(p, "/", ".")
	}
	return "/proc/sys/" + strings.Join(parts, "/")
}

// SysctlValue is a value as the kernel has it, whatever stands between several numbers.
func SysctlValue(text string) Object {
	return Object{Kind: Sysctl, Content: strings.Join(strings.Fields(text), " ")}
}
