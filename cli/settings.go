package cli

import (
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/armonic/armonic/config"
)

// Where the settings are that every user of this host has.
const (
	systemClient = "/etc/armonic/cli.yaml"
	systemAgent  = "/etc/armonic/agent.yaml"
)

// registerConnection adds the flags that are settings of a connection. Their values
// are read by package config, which knows what else says what they say.
func (g *globals) registerConnection(f *pflag.FlagSet) {
	f.String("config", "", "read the settings in `FILE` instead of the usual ones")
	f.StringP("jid", "j", "", "connect as `NAME@DOMAIN`")
	f.String("password", "", "`PASSWORD` of the account; other users of this host can see it: better is --password-file")
	f.String("password-file", "", "`FILE` whose first line is the password of the account")
	f.StringP("server", "H", "", "`HOST[:PORT]` of the server (default: what DNS says of the domain); --host is the same")
	f.StringP("port", "P", "", "`PORT` of the server")
	f.Bool("starttls", false, "the server speaks TLS only after it was asked to")
	f.String("ca-file", "", "trust the authorities in `FILE`, too")
	f.Bool("register", false, "make the account if there is none (agents: unless --register=false)")
	f.String("muc-domain", "", "`DOMAIN` of the rooms for logs (default logs.DOMAIN; none for no rooms)")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "host" {
			name = "server"
		}
		return pflag.NormalizedName(name)
	})
	g.flags = f
}

// sources are where settings come from; the usual files are the last but for one that
// is asked for.
func (g *globals) sources(usual ...string) config.Sources {
	s := config.Sources{Env: os.Environ(), Flags: g.flags}
	if f := g.flags.Lookup("config"); f != nil && f.Changed {
		s.Required = f.Value.String()
	} else if name := os.Getenv("ARMONIC_CONFIG"); name != "" {
		s.Required = name
	} else {
		s.Files = usual
	}
	return s
}

// clientFiles are where the settings of the operator's commands are.
func clientFiles() []string {
	out := []string{systemClient}
	if dir, err := os.UserConfigDir(); err == nil {
		out = append(out, filepath.Join(dir, "armonic", "cli.yaml"))
	}
	return out
}

// client are the settings of the operator's commands.
func (g *globals) client() (config.Client, []config.Entry, error) {
	return config.LoadClient(g.sources(clientFiles()...))
}

// agent are the settings of an agent.
func (g *globals) agent() (config.Agent, []config.Entry, error) {
	return config.LoadAgent(g.sources(systemAgent))
}
