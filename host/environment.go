package host

import (
	"maps"
	"os"
	"slices"
)

// environment is the same for every command, wherever the agent was started. Nothing in
// it lets a package manager ask: dpkg keeps the configuration files that somebody has
// changed (DPKG_FORCE replaces what dpkg forces by default, so that stands there too),
// and needrestart restarts nothing that nobody planned.
func environment(more map[string]string) []string {
	env := map[string]string{
		"PATH":   "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME":   "/root",
		"LC_ALL": "C.UTF-8",

		"DEBIAN_FRONTEND":          "noninteractive",
		"DEBIAN_PRIORITY":          "critical",
		"DPKG_FORCE":               "security-mac,downgrade,confdef,confold",
		"UCF_FORCE_CONFFOLD":       "1",
		"APT_LISTCHANGES_FRONTEND": "none",
		"APT_LISTBUGS_FRONTEND":    "none",
		"NEEDRESTART_MODE":         "l",
		"NEEDRESTART_SUSPEND":      "1",
	}
	if home, err := os.UserHomeDir(); err == nil {
		env["HOME"] = home
	}
	maps.Copy(env, more)
	out := make([]string, 0, len(env))
	for _, k := range slices.Sorted(maps.Keys(env)) {
		out = append(out, k+"="+env[k])
	}
	return out
}
