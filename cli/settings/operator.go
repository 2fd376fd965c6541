package settings

import (
	"os"
	"os/user"
)

// Operator names who gave the command: also where the environment does not, as in
// cron jobs and systemd units.
func Operator() string {
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if u := os.Getenv(name); u != "" {
			return u
		}
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "unknown"
}
