package settings

import (
	"os"
	"path/filepath"

	"github.com/armonic/armonic/config"
)

// Where the settings are that every user of this host has.
const (
	systemClient = "/etc/armonic/cli.yaml"
	systemAgent  = "/etc/armonic/agent.yaml"
)

// sources are where settings come from; the usual files are the last but for one that
// is asked for.
func (g *Global) sources(usual ...string) config.Sources {
	s := config.Sources{Env: os.Environ(), Flags: g.Flags}
	if f := g.Flags.Lookup("config"); f != nil && f.Changed {
		s.Required = f.Value.String()
	} else if name := os.Getenv("ARMONIC_CONFIG"); name != "" {
		s.Required = name
	} else {
		s.Files = usual
	}
	return s
}

// ClientFiles are where the settings of the operator's commands are.
func ClientFiles() []string {
	out := []string{systemClient}
	if dir, err := os.UserConfigDir(); err == nil {
		out = append(out, filepath.Join(dir, "armonic", "cli.yaml"))
	}
	return out
}

// Client are the settings of the operator's commands.
func (g *Global) Client() (config.Client, []config.Entry, error) {
	return config.LoadClient(g.sources(ClientFiles()...))
}

// Agent are the settings of an agent.
func (g *Global) Agent() (config.Agent, []config.Entry, error) {
	return config.LoadAgent(g.sources(systemAgent))
}
