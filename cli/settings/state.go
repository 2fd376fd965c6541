package settings

import (
	"cmp"
	"os"
	"os/user"
	"path/filepath"

	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/value"
)

// Keys seal the secrets of answers files with a key in the operator's state
// directory, or where --state-dir says.
func (g *Global) Keys() value.Sealer {
	return seal.KeyFile{Path: filepath.Join(g.OperatorState(), "key")}
}

// OperatorState is where what the operator's programs remember is kept.
func (g *Global) OperatorState() string { return cmp.Or(g.StateDir, StateDir()) }

// LocalState is where the agent of this host keeps its state.
func (g *Global) LocalState() string {
	switch {
	case g.StateDir != "":
		return g.StateDir
	case os.Geteuid() == 0:
		return systemStateDir
	}
	return StateDir()
}

// systemStateDir is where the agent of a host keeps its state.
const systemStateDir = "/var/lib/armonic"

// StateDir is where the operator's state is kept. Who has no home, not even in
// /etc/passwd, gets none in a folder that others can write in: secrets are in it.
func StateDir() string {
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
		return systemStateDir
	}
	return filepath.Join(home, ".local", "state", "armonic")
}

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
