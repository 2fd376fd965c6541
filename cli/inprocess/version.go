package inprocess

import (
	"runtime/debug"
	"strings"
)

// number is the version that was built, if the build said one: make does.
//
//nolint:gochecknoglobals // the linker sets it
var number string

// Version is the version that the build was told, else what Go noted of the module, else
// "devel".
func Version() string {
	if number != "" {
		return number
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

// Commit is what a program was built from, "" if the build did not note it; + says that
// files were changed since.
func Commit(settings []debug.BuildSetting) string {
	commit := setting(settings, "vcs.revision")
	if commit == "" {
		return ""
	}
	commit = commit[:min(12, len(commit))]
	if setting(settings, "vcs.modified") == "true" {
		commit += "+"
	}
	return commit
}

// Date is when the commit was made, in RFC 3339, "" if the build did not note it.
func Date(settings []debug.BuildSetting) string { return setting(settings, "vcs.time") }

func setting(settings []debug.BuildSetting, key string) string {
	for _, s := range settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
