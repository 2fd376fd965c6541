package config

import (
	"time"

	"github.com/armonic/armonic/value"
)

// Connection is how to reach the server. Each field is a key of the files, an
// environment variable ARMONIC_KEY, and a flag. A path in a file is relative to
// its folder.
type Connection struct {
	JID          string       `koanf:"jid" doc:"the account, as name@domain"`
	Password     value.Secret `koanf:"password" doc:"of the account; better is password_file"`
	PasswordFile string       `koanf:"password_file" path:"yes" doc:"the file whose first line is the password"`
	Server       string       `koanf:"server" doc:"host or host:port of the server, or wss://host:port/path of its WebSocket where only HTTPS gets out; if not given, DNS is asked for the SRV records of the domain, and then its web server for a WebSocket"`
	Port         int          `koanf:"port" doc:"of the server"`
	StartTLS     bool         `koanf:"starttls" doc:"the server speaks TLS only after it was asked to, as on port 5222"`
	CAFile       string       `koanf:"ca_file" path:"yes" doc:"certificates of the authorities to trust, in PEM, in place of the system's"`
	Register     bool         `koanf:"register" doc:"make the account if there is none and the server lets us"`
	MUCDomain    string       `koanf:"muc_domain" doc:"where the rooms are that logs are written to; logs.DOMAIN if not given, none for no rooms"`
}

// Client are the settings of the operator's commands.
type Client struct {
	Connection `koanf:",squash"`

	Groups    map[string][]string `koanf:"groups" doc:"hosts that belong together, by the name of the group: names, and patterns such as web*; meant by --on @NAME"`
	Approvals map[string][]string `koanf:"approvals" doc:"who has to approve deployments before anything is done, one of each list: of a host, a pattern or a group of hosts (@NAME), of what is irreversible, or always"`
	Approve   []string            `koanf:"approve" doc:"accounts that may join the fleet when they ask: name@domain, *@domain; *@DOMAIN if not given, none for nobody"`
	Theme     string              `koanf:"theme" doc:"colours of the UI"`
	Glyphs    string              `koanf:"glyphs" doc:"signs of the UI"`
	Keys      map[string]string   `koanf:"keys" doc:"other keys of the UI, by the name of what they do: quit: Q"`
}

// Agent are the settings of an agent.
type Agent struct {
	Connection `koanf:",squash"`

	Masters        []string      `koanf:"masters" doc:"who may call: name@domain, or name@domain=ROLE: deploy, the default; push, which also hands over modules; request, for what somebody else has approved; approve, which also approves; observe, which looks"`
	UpgradeKeys    []string      `koanf:"upgrade_keys" doc:"keys that sign programs which may replace this one, as armonic agent key prints them; without any nobody may"`
	PublicIP       string        `koanf:"public_ip" doc:"address or name of this host that others use; its own name if not given"`
	StateDir       string        `koanf:"state_dir" path:"yes" doc:"where the agent keeps its state"`
	ModuleDirs     []string      `koanf:"module_dirs" path:"yes" doc:"folders or files with modules"`
	DefaultModules bool          `koanf:"default_modules" doc:"load the modules that come with Armonic"`
	OS             string        `koanf:"os" doc:"take this host for NAME[:RELEASE]"`
	StepLimit      time.Duration `koanf:"step_limit" doc:"how long a step may take; 0 is for ever"`
	Simulation     bool          `koanf:"simulation" doc:"do nothing real, and keep nothing"`
	Log            string        `koanf:"log" doc:"how much to log: debug, info, warn or error"`
}

// DefaultAgent are the settings of an agent for which nothing is set.
func DefaultAgent() Agent {
	return Agent{
		Connection:     Connection{Register: true},
		StateDir:       "/var/lib/armonic",
		ModuleDirs:     []string{"/etc/armonic/modules"},
		DefaultModules: true,
		StepLimit:      time.Hour,
		Log:            "info",
	}
}

// DefaultClient are the settings of commands for which nothing is set.
func DefaultClient() Client { return Client{} }
