package enrol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/yamltext"
)

// Link is how agents reach the server, and whom they obey.
type Link struct {
	Masters  []string // as in agent.yaml
	Server   string   // host:port or a host, "" for what DNS says
	StartTLS bool
	CA       string   // certificates in PEM, "" for those of the system
	Rooms    string   // "" for those that are usual
	Keys     []string // that sign programs which may replace an agent's, as upgrade.Key.Public writes them
}

// text is agent.yaml.
func (l Link) text(jid session.JID, address string) string {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			b.WriteString(key + ": " + value + "\n")
		}
	}
	b.WriteString("# Settings of the agent, written by armonic host. See armonic config show --agent --docs.\n")
	line("jid", strconv.Quote(string(jid)))
	line("password_file", passwordFile)
	b.WriteString("masters:\n")
	for _, m := range l.Masters {
		b.WriteString("  - " + strconv.Quote(m) + "\n")
	}
	b.WriteString(l.keys())
	if l.Server != "" {
		line("server", strconv.Quote(l.Server))
	}
	if l.StartTLS {
		line("starttls", "true")
	}
	if l.CA != "" {
		line("ca_file", caFile)
	}
	if l.Rooms != "" {
		line("muc_domain", strconv.Quote(l.Rooms))
	}
	if address != "" {
		line("public_ip", strconv.Quote(address))
	}
	line("register", "false")
	return b.String()
}

// keys are the lines of agent.yaml that name them, if there are any.
func (l Link) keys() string {
	var b strings.Builder
	for i, k := range l.Keys {
		if i == 0 {
			b.WriteString("upgrade_keys:\n")
		}
		b.WriteString("  - " + strconv.Quote(k) + "\n")
	}
	return b.String()
}

// more are the keys, to be added to settings that name none: "" if that cannot be, as where they are
// not lines of their own.
func (l Link) more(f Facts) string {
	text := l.keys()
	if !strings.HasSuffix(f.Settings, "\n") {
		text = "\n" + text
	}
	f.Settings += text
	if a, err := f.Agent(); len(l.Keys) == 0 || err != nil || !a.Keyed {
		return ""
	}
	return text
}

// Agent is what the settings say that are on a host.
type Agent struct {
	JID     session.JID // "" if none are there, or it is not said
	Masters []string
	OwnCA   bool // it uses the file that is written here
	Keyed   bool // it is said whose upgrades it takes
}

// Agent reads agent.yaml.
func (f Facts) Agent() (Agent, error) {
	var a Agent
	n, err := yamltext.Parse([]byte(f.Settings))
	if err != nil {
		return a, spec.Errorf(spec.Invalid, "%s there cannot be read: %v", agentFile, err).WithHint("armonic agentd --check there says more; or remove it")
	}
	if v := n.Get("jid"); v != nil {
		a.JID = session.JID(v.Text)
	}
	if v := n.Get("ca_file"); v != nil {
		a.OwnCA = v.Text == caFile
	}
	a.Keyed = n.Get("upgrade_keys") != nil
	if v := n.Get("masters"); v != nil {
		if list, ok := v.Value().([]any); ok {
			for _, m := range list {
				a.Masters = append(a.Masters, fmt.Sprint(m))
			}
		} else {
			for m := range strings.SplitSeq(v.Text, ",") {
				a.Masters = append(a.Masters, strings.TrimSpace(m))
			}
		}
	}
	return a, nil
}

// obeys says why an agent that is there is not the one that is wanted.
func (a Agent) obeys(jid session.JID, masters []string) error {
	if a.JID != jid {
		return spec.Errorf(spec.Conflict, "an agent is there already, as %s", a.JID).
			WithHint("name the host so: %s=USER@HOST; or first armonic host remove", a.JID.Local())
	}
	for _, wanted := range masters {
		name, _, _ := strings.Cut(wanted, "=")
		if !slices.ContainsFunc(a.Masters, func(m string) bool { m, _, _ = strings.Cut(m, "="); return m == name }) {
			return spec.Errorf(spec.Conflict, "an agent is there already, and does not obey %s", name).
				WithHint("its masters are in %s there: %s; add %s and systemctl restart %s", agentFile, strings.Join(a.Masters, ", "), name, unit)
		}
	}
	return nil
}
