package cli

import (
	"os"
	"os/user"
	"path/filepath"
)

// systemState is where the agent of a host keeps its state.
const systemState = "/var/lib/armonic"

// operator names who gave the command: also where the environment does not, as in
// cron jobs and systemd units.
func operator() string {
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

// stateDir is where the operator's state is kept. Who has no home, not even in
// /etc/passwd, gets none in a folder that others can write in: secrets are in it.
func stateDir() string {
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "armonic")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		if u, err := user.Current(); err == nil {
			home = u.HomeDir
		}
	}
	if home == "" {
		return systemState
	}
	return filepath.Join(home, ".local", "state", "armonic")
}
