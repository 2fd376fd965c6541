package inprocess

import (
	"runtime/debug"
)

// Version is the module's version as the build noted it, "devel" for a checkout.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
