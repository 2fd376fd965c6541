//nolint:thelper // these are parts of tests
package servicetest_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hosttest"
)

func systemTrials() []trial {
	return []trial{{
		name:  "Shorewall closes what is not opened",
		hosts: []string{"wall"},
		prepare: func(t *testing.T, hosts []*hosttest.Host) {
			for _, port := range []string{"8000", "8001"} {
				hosts[0].Run(t, "systemd-run", "--quiet", "--unit=port"+port, "python3", "-m", "http.server", port)
			}
			hosts[0].Run(t, "curl", "-sSf", "-o", "/dev/null", "--retry", "20", "--retry-connrefused", "http://localhost:8001/")
		},
		deploy: []string{"//Shorewall//start", "--set", "//conf/tcp=8000"},
		works: func(t *testing.T, hosts []*hosttest.Host) {
			for port, open := range map[string]bool{"22": true, "8000": true, "8001": false} {
				c, err := net.DialTimeout("tcp", net.JoinHostPort(hosts[0].Address, port), 2*time.Second)
				if (err == nil) != open {
					t.Errorf("port %s: %v", port, err)
				}
				if err == nil {
					c.Close()
				}
			}
		},
		units: []string{"shorewall"},
		kept:  []string{"/root/.augeas", "/var/log/shorewall-init.log"},
		lets:  true,
	}, {
		name:   "a host gets what every host should have",
		hosts:  []string{"base"},
		deploy: []string{"//Base//set_up", "--set", "//conf/hostname=base7", "--set", "//conf/timezone=Europe/Vienna", "--set", "//conf/ntp_servers=192.0.2.1", "--set", "//conf/motd=Hello"},
		works: func(t *testing.T, hosts []*hosttest.Host) {
			h := hosts[0]
			if got := strings.TrimSpace(h.Run(t, "hostname")); got != "base7" {
				t.Errorf("its name is %s", got)
			}
			has(t, h.Run(t, "date", "-d", "2026-07-01 12:00 UTC", "+%R %Z"), "14:00 CEST")
			has(t, h.Run(t, "systemctl", "is-active", "unattended-upgrades"), "active")
			has(t, h.Run(t, "cat", "/etc/motd"), "Hello")
		},
		units: []string{"chrony", "unattended-upgrades"},
		kept:  []string{"/var/log/unattended-upgrades", "/var/lib/ucf/registry"}, // Debian's unattended-upgrades leaves that it was there
	}}
}
