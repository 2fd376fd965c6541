package host

import (
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/armonic/armonic/cli/agent"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/upgrade"
)

// linkFlags say how agents reach the server, whom they obey, and which program they are.
type linkFlags struct {
	masters  []string // besides the operator
	server   string   // as agents find it
	binaries []string
}

func (l *linkFlags) register(f *pflag.FlagSet) {
	f.StringArrayVar(&l.masters, "master", nil, "`JID` may give the agents work besides you, with JID=push also modules, or with JID=observe look at them (repeatable)")
	f.StringVar(&l.server, "agent-server", "", "`HOST[:PORT]`, or wss://HOST[:PORT]/PATH, at which the hosts find the server (default: where you find it; if that is this machine, its address)")
	f.StringArrayVar(&l.binaries, "binary", nil, "use the program `FILE` on the hosts (repeatable, one for each kind of processor; default: this one)")
}

// link is that of the operator's settings, and what flags say otherwise.
func (l *linkFlags) link(g *settings.Global) (enrol.Link, error) {
	c, _, err := g.Client()
	if err != nil {
		return enrol.Link{}, err
	}
	out := enrol.Link{Masters: append([]string{c.JID + "=push"}, l.masters...), Server: l.server, StartTLS: c.StartTLS, Rooms: c.MUCDomain}
	if err := agent.CheckMasters(out.Masters); err != nil {
		return out, err
	}
	if out.Server != "" {
		c.Server, c.Port = out.Server, 0
		if strings.Contains(out.Server, "://") {
			c.StartTLS, out.StartTLS = false, false
		}
	}
	if out.Server, err = c.Address(); err != nil {
		return out, err
	}
	if c.CAFile != "" {
		ca, err := spec.ReadText(c.CAFile)
		if err != nil {
			return out, spec.Errorf(spec.Invalid, "cannot read ca_file: %v", err)
		}
		out.CA = string(ca)
	}
	key, err := upgrade.ReadKey(upgrade.UsualKey())
	if spec.KindOf(err) == spec.NotFound { // nobody upgrades agents from here yet
		return out, nil
	}
	if err == nil {
		out.Keys = []string{key.Public()}
	}
	return out, err
}

// programs are those that hosts may need.
func (l *linkFlags) programs() ([]*enrol.Program, error) {
	if len(l.binaries) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, spec.Errorf(spec.Invalid, "cannot find this program: %v", err).WithHint("name one with --binary FILE")
		}
		l.binaries = []string{self}
	}
	var out []*enrol.Program
	for _, file := range l.binaries {
		p, err := enrol.OpenProgram(file)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// onThisMachine reports whether only this machine finds the server at an address.
func onThisMachine(address string) bool {
	host, _ := split(address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// elsewhere is an address of the server with another host.
func elsewhere(address, host string) string {
	_, port := split(address)
	if port != "" {
		host = net.JoinHostPort(host, port)
	}
	if u, err := url.Parse(address); err == nil && u.Scheme == "wss" {
		if u.Host = host; port == "" && strings.Contains(host, ":") {
			u.Host = "[" + host + "]"
		}
		return u.String()
	}
	return host
}

// split takes host:port, a host, or a URL apart.
func split(address string) (host, port string) {
	if u, err := url.Parse(address); err == nil && u.Scheme == "wss" {
		return u.Hostname(), u.Port()
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address, ""
	}
	return host, port
}

// ownAddress is the one of this machine from which it would reach others; where there is no way out of
// its network, the only one that it has. It is "" if that is not known.
func ownAddress() string {
	if c, err := net.Dial("udp", "192.0.2.1:9"); err == nil { // nothing is sent
		defer func() { _ = c.Close() }()
		if at, ok := c.LocalAddr().(*net.UDPAddr); ok {
			return at.IP.String()
		}
	}
	own := ""
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		at, ok := a.(*net.IPNet)
		if !ok || !at.IP.IsGlobalUnicast() || at.IP.To4() == nil {
			continue
		}
		if own != "" {
			return ""
		}
		own = at.IP.String()
	}
	return own
}
