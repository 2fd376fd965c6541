package enrol_test

import (
	"context"
	"strings"
	"testing"

	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
)

const (
	ourUnit  = "/etc/systemd/system/armonic-agentd.service"
	packaged = "/usr/lib/systemd/system/armonic-agentd.service"
	settings = "jid: web1@xmpp.test\nmasters: [master@xmpp.test]\nca_file: /etc/armonic/ca.pem\n"
)

// What is done on a host follows from what is there.
func TestOnlyWhatIsMissingIsDone(t *testing.T) {
	program, err := enrol.OpenProgram("/proc/self/exe")
	if err != nil {
		t.Skipf("SKIPPED: this is not Linux: %v", err)
	}
	w := enrol.Wanted{JID: "web1@xmpp.test", Programs: []*enrol.Program{program}, Link: enrol.Link{Masters: []string{"master@xmpp.test"}, Server: "xmpp:5223"}}
	here, err := enrol.Here(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	now, err := enrol.Look(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	const account = "account web1@xmpp.test, if there is none"
	for name, tt := range map[string]struct {
		facts        enrol.Facts
		online       bool
		packages     []*enrol.Package
		adds, remove string // the last words of what is done, and of what is taken back
		says         string // why nothing is done
	}{
		"a bare host": {adds: "server at xmpp:5223|" + ourUnit + "|/usr/local/bin/armonic|a password|" + account + "|agent.yaml|start armonic-agentd"},
		"one on which this was cut short": {facts: enrol.Facts{Unit: enrol.Unit{File: ourUnit, Active: "inactive"}},
			adds: "server at xmpp:5223|/usr/local/bin/armonic|a password|" + account + "|agent.yaml|start armonic-agentd", remove: "stop armonic-agentd|/usr/local/bin/armonic|" + ourUnit},
		"one of which the removal was cut short": {facts: enrol.Facts{Unit: enrol.Unit{File: ourUnit, Active: "inactive"}, State: true},
			adds: "server at xmpp:5223|/usr/local/bin/armonic|a password|" + account + "|agent.yaml|start armonic-agentd", remove: "stop armonic-agentd|/usr/local/bin/armonic|/var/lib/armonic|" + ourUnit},
		"an agent that works": {facts: enrol.Facts{Unit: enrol.Unit{File: ourUnit, Active: "active", Enabled: true}, Settings: settings, Password: true, State: true, Sums: map[string]string{"/usr/local/bin/armonic": "older"}}, online: true,
			remove: "stop armonic-agentd|account web1@xmpp.test|/usr/local/bin/armonic|/etc/armonic/ca.pem|/var/lib/armonic|" + ourUnit},
		"an agent that was stopped": {facts: enrol.Facts{Unit: enrol.Unit{File: ourUnit, Active: "inactive"}, Settings: settings, Password: true, Sums: map[string]string{"/usr/local/bin/armonic": "older"}},
			adds: account + "|start armonic-agentd", remove: "stop armonic-agentd|account web1@xmpp.test|/usr/local/bin/armonic|/etc/armonic/ca.pem|" + ourUnit},
		"a package that says nothing yet": {facts: enrol.Facts{Unit: enrol.Unit{File: packaged, Active: "inactive"}, Settings: "# jid: web1@xmpp.test\n", State: true},
			adds: "server at xmpp:5223|a password|" + account + "|agent.yaml|start armonic-agentd"},
		"a package that works": {facts: enrol.Facts{Unit: enrol.Unit{File: packaged, Active: "active", Enabled: true}, Settings: settings, Password: true, State: true}, online: true,
			remove: "stop armonic-agentd|account web1@xmpp.test|/etc/armonic/ca.pem|/var/lib/armonic"},
		"another name":       {facts: enrol.Facts{Settings: strings.ReplaceAll(settings, "web1", "web2")}, says: "an agent is there already, as web2@xmpp.test"},
		"another master":     {facts: enrol.Facts{Settings: strings.ReplaceAll(settings, "master@", "ann@")}, says: "does not obey master@xmpp.test"},
		"no systemd":         {facts: enrol.Facts{Kernel: "Linux", Machine: now.Machine}, says: "it does not run systemd"},
		"another system":     {facts: enrol.Facts{Kernel: "FreeBSD"}, says: "it runs FreeBSD"},
		"another processor":  {facts: enrol.Facts{Machine: "vax"}, says: "its processor is vax"},
		"settings of no use": {facts: enrol.Facts{Settings: "a: [\n"}, says: "/etc/armonic/agent.yaml there cannot be read"},
		"packages": {packages: []*enrol.Package{{Name: "armonic", Arch: "all"}, {Name: "armonic-agent", Arch: "all"}},
			adds: "server at xmpp:5223|install , |a password|" + account + "|agent.yaml|start armonic-agentd"},
		"packages for another processor": {packages: []*enrol.Package{{Name: "armonic-agent", Arch: "vax"}}, says: "its processor is"},
		"packages where there is a program": {packages: []*enrol.Package{{Name: "armonic-agent", Arch: "all"}}, online: true,
			facts:  enrol.Facts{Unit: enrol.Unit{File: packaged, Active: "active", Enabled: true}, Settings: settings, Password: true, State: true},
			remove: "stop armonic-agentd|account web1@xmpp.test|/etc/armonic/ca.pem|/var/lib/armonic"},
	} {
		t.Run(name, func(t *testing.T) {
			w.Packages = tt.packages
			f := tt.facts
			if f.Kernel == "" {
				f.Kernel, f.Systemd = "Linux", true
			}
			if f.Machine == "" {
				f.Machine = now.Machine
			}
			w.Online = tt.online
			changes, err := w.Changes(f)
			if tt.says != "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) || tt.says[0] == 'a' && spec.HintOf(err) == "" {
					t.Errorf("%v, want %s", err, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			compare(t, changes, tt.adds)
			if changes, err = f.Removals(func(context.Context, *enrol.Shell) error { return nil }); err != nil {
				t.Fatal(err)
			}
			compare(t, changes, tt.remove)
		})
	}
}

// A key that the operator made later is named in settings that name none, and the agent started again.
func TestAKeyIsNamedLater(t *testing.T) {
	working := enrol.Facts{Kernel: "Linux", Systemd: true, Unit: enrol.Unit{File: ourUnit, Active: "active", Enabled: true}, Password: true, State: true, Sums: map[string]string{"/usr/local/bin/armonic": "older"}}
	w := enrol.Wanted{JID: "web1@xmpp.test", Link: enrol.Link{Masters: []string{"master@xmpp.test"}, Keys: []string{"a2V5"}}, Online: true}
	for text, want := range map[string]string{
		settings:                                               "name your key in /etc/armonic/agent.yaml, for upgrades|restart armonic-agentd",
		strings.TrimSpace(settings):                            "name your key in /etc/armonic/agent.yaml, for upgrades|restart armonic-agentd",
		settings + "# upgrade_keys: []\n":                      "name your key in /etc/armonic/agent.yaml, for upgrades|restart armonic-agentd",
		settings + "upgrade_keys: []\n":                        "",
		settings + "upgrade_keys: [b3RoZXI]\n":                 "",
		"{jid: web1@xmpp.test, masters: [master@xmpp.test]}\n": "", // a line more would spoil it
	} {
		working.Settings = text
		changes, err := w.Changes(working)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		compare(t, changes, want)
	}
	working.Settings = settings
	w.Link.Masters = append(w.Link.Masters, "ann@xmpp.test=observe")
	if _, err := w.Changes(working); err == nil || !strings.Contains(err.Error(), "does not obey ann@xmpp.test") {
		t.Errorf("a master that it does not know: %v", err)
	}
}

// compare compares changes with the ends of their words.
func compare(t *testing.T, changes []enrol.Change, want string) {
	t.Helper()
	ends := strings.Split(want, "|")
	if want == "" {
		ends = nil
	}
	var all []string
	same := len(changes) == len(ends)
	for i, c := range changes {
		all = append(all, c.What)
		same = same && strings.HasSuffix(c.What, ends[i])
	}
	if !same {
		t.Errorf("%q, want %s", all, want)
	}
}
