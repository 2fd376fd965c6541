package settings

import (
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
)

// Global are the flags that every command has.
type Global struct {
	ModuleDirs       []string
	NoDefaultModules bool // without the shipped modules
	Demo             bool
	Local            bool
	DemoPace         time.Duration
	StateDir         string
	StepLimit        time.Duration // of a step of the local agent
	OS               string        // instead of the one that hosts have
	Fleet            deploy.Fleet  // instead of the one that flags and settings name
	Flags            *pflag.FlagSet

	// Set by a command that runs others, line by line in front of a person:
	Plain  bool           // choices have numbers, and what failed can be decided about
	Opened deploy.Fleet   // the fleet that they use
	Kept   *rollout.Store // where they keep deployments, if not in the usual place

	// WatchForCrash has a report of a crash kept in a directory. nil does nothing.
	WatchForCrash func(dir string) error
}

// Register adds the flags to the root command.
func (g *Global) Register(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringArrayVar(&g.ModuleDirs, "module-dir", nil, "also load the modules in `DIR` (repeatable)")
	f.BoolVar(&g.NoDefaultModules, "no-default-modules", false, "leave out the modules that come with Armonic")
	f.BoolVar(&g.Local, "local", false, "use the agent of this host, in this process; what it does is real")
	f.StringVar(&g.StateDir, "state-dir", "", "the agent of this host keeps its state in `DIR` (default /var/lib/armonic as root, else "+filepath.Join("~", ".local", "state", "armonic")+")")
	f.DurationVar(&g.StepLimit, "step-limit", time.Hour, "how long a step may take with --local; 0 is for ever")
	f.StringVar(&g.OS, "os", "", "take hosts for `NAME[:RELEASE]`, such as debian:12, instead of what they are")
	f.BoolVar(&g.Demo, "demo", false, "use a fleet of simulated hosts; nothing on this machine is changed")
	f.DurationVar(&g.DemoPace, "demo-pace", defaultPace, "pause of simulated hosts at each line they log")
	g.registerConnection(f)
}

// defaultPace is slow enough to watch and fast enough not to bore.
const defaultPace = 120 * time.Millisecond

// registerConnection adds the flags that are settings of a connection. Their values
// are read by package config, which knows what else says what they say.
func (g *Global) registerConnection(f *pflag.FlagSet) {
	f.String("config", "", "read the settings in `FILE` instead of the usual ones")
	f.StringP("jid", "j", "", "connect as `NAME@DOMAIN`")
	f.String("password", "", "`PASSWORD` of the account; other users of this host can see it: better is --password-file")
	f.String("password-file", "", "`FILE` whose first line is the password of the account")
	f.StringP("server", "H", "", "`HOST[:PORT]` of the server (default: what DNS says of the domain); --host is the same")
	f.StringP("port", "P", "", "`PORT` of the server")
	f.Bool("starttls", false, "the server speaks TLS only after it was asked to")
	f.String("ca-file", "", "trust the authorities in `FILE`, and none of the system's")
	f.Bool("register", false, "make the account if there is none (agents: unless --register=false)")
	f.String("muc-domain", "", "`DOMAIN` of the rooms for logs (default logs.DOMAIN; none for no rooms)")
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "host" {
			name = "server"
		}
		return pflag.NormalizedName(name)
	})
	g.Flags = f
}

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

// Groups are the groups of hosts that the settings have.
func (g *Global) Groups() (deploy.Groups, error) {
	c, _, err := g.Client()
	return c.Groups, err
}
