package op_test

import (
	"os"
	"strings"
	"testing"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/internal/hosttest"
)

// TestBeforeABoot is the part of the next test that runs on the host.
func TestBeforeABoot(t *testing.T) {
	if os.Getenv("BEFORE_A_BOOT") == "" {
		return
	}
	v := host.New(t.TempDir()).System(func(text string) { t.Log(text) })
	do(t, v, "mount", op.Arguments{"where": "/srv/data", "what": "tmpfs", "type": "tmpfs", "options": "mode=0711"})
	do(t, v, "timer", op.Arguments{"name": "note", "command": "/bin/true", "calendar": "*-*-* 04:30"})
	do(t, v, "firewall", op.Arguments{"name": "web", "rules": "chain input {\n\ttype filter hook input priority 0; policy accept;\n\ttcp dport 81 drop\n}\n"})
	do(t, v, "service", op.Arguments{"name": "nftables", "enabled": op.True}) // it removes all tables at boot
}

// What is a unit of ours is there again after a power cut, also beside the firewall of Debian.
func TestUnitsOfOursAfterABoot(t *testing.T) {
	h := hosttest.Up(t, "host1")[0]
	h.RunTest(t, "TestBeforeABoot", "BEFORE_A_BOOT=1")
	h.Kill(t)
	h.Start(t)
	for command, want := range map[string]string{
		"findmnt -no FSTYPE /srv/data; stat -c %a /srv/data": "tmpfs\n711",
		"systemctl is-active note.timer nftables":            "active\nactive",
		"nft list table inet web":                            "tcp dport 81 drop",
		"nft list tables":                                    "inet filter", // that of Debian
	} {
		if got := h.Run(t, "sh", "-c", "systemctl is-system-running --wait >/dev/null; "+command); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
}
