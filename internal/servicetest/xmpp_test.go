//nolint:thelper // these are parts of tests
package servicetest_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
)

func xmppTrials() []trial {
	server := func(lifecycle, host string, kept ...string) trial {
		return trial{
			name:  lifecycle + " lets an account in",
			hosts: []string{host},
			deploy: []string{"//" + lifecycle + "//add_account", "--hosts", "authority=" + host, "--choose", "//get_certificate=Certificates/Installed/get_certificate",
				"--set", "//conf/domain=xmpp.example.org", "--set", "//account/name=ann-1", "--set", "//account/password=battery & staple"},
			works: func(t *testing.T, hosts []*hosttest.Host) {
				ca := filepath.Join(t.TempDir(), "ca.pem")
				if err := os.WriteFile(ca, []byte(hosts[0].Run(t, "cat", "/etc/ssl/armonic-authority/ca.pem")), 0o600); err != nil {
					t.Fatal(err)
				}
				for port, starttls := range map[string]bool{"5222": true, "5223": false} {
					s, err := session.Account{JID: "ann-1@xmpp.example.org", Password: value.Secret("battery & staple"), Server: net.JoinHostPort(hosts[0].Address, port), StartTLS: starttls, CAFile: ca}.Open(t.Context())
					if err != nil {
						t.Errorf("port %s: %v", port, err)
						continue
					}
					s.Close()
				}
			},
			kept: kept,
		}
	}
	prosody, ejabberd := server("Prosody", "prosody", "/var/lib/prosody"), server("Ejabberd", "ejabberd", "/var/lib/ejabberd", "/var/log/ejabberd")
	prosody.units, ejabberd.units = []string{"prosody"}, []string{"ejabberd"}
	return []trial{prosody, ejabberd}
}
