package host_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Hosts are in the fleet after one command, and nothing changes when it is said again. What
// is wrong with one is said, and does not keep the others from it.
func TestHostsAreAdded(t *testing.T) {
	s := newSite(t, "web1", "web2", "db1")
	db := s.hosts[2]
	db.Run(t, "rm", "/root/.ssh/authorized_keys")
	before := s.hosts[0].Snapshot(t)

	s.expect(t, 0, []string{`^web1  install /usr/local/bin/armonic$`, `^web1  start armonic-agentd$`, `^web1  is as it was: \d changes would be made`},
		"host", "add", "root@web1", "--dry-run")
	if diff := before.Diff(s.hosts[0].Snapshot(t)); len(diff) > 0 {
		t.Errorf("a dry run changes\n%s", strings.Join(diff, "\n"))
	}

	out := s.expect(t, 4, []string{`^web1  is in the fleet: debian 12, armonic `, `^web2  is in the fleet: `, `^db1  FAILED: ssh is not let in: .*Permission denied`,
		`^      hint: ssh root@db1 must work`, `^1 of 3 hosts failed`}, "host", "add", "root@web1", "root@web2", "root@db1")
	if strings.Contains(out, "web1  FAILED") {
		t.Error("web1 failed")
	}
	s.expect(t, 0, []string{`^web1  on `, `^web2  on `}, "list")

	// A key that is made later comes to the agents that are there, which can be upgraded then.
	s.expect(t, 0, nil, "agent", "key")
	s.expect(t, 1, []string{`web1: this agent takes no upgrades`}, "agent", "upgrade", "-J", "web1", "--program", "/bin/true")
	s.hosts[0].Run(t, "chmod", "640", "/etc/armonic/agent.yaml")
	s.expect(t, 0, []string{`^web1  name your key in /etc/armonic/agent.yaml, for upgrades$`, `^web1  restart armonic-agentd$`, `^web2  is in the fleet: `}, "host", "add", "root@web1", "root@web2")
	s.expect(t, 0, []string{`^web1: runs this program already`, `^web2: runs this program already`}, "agent", "upgrade", "-J", "*")
	if out := s.hosts[0].Run(t, "stat", "-c", "%a %U", "/etc/armonic/agent.yaml"); out != "640 root\n" {
		t.Errorf("the settings are %s", out)
	}

	before = s.hosts[0].Snapshot(t)
	if err := os.WriteFile(s.file("hosts"), []byte("# the fleet\nroot@web1\nroot@web2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out = s.expect(t, 0, []string{`^web1  is as it was: in the fleet, debian 12`, `^web2  is as it was`}, "host", "add", "--file", s.file("hosts"))
	if lines := strings.Count(out, "\n"); lines != 2 {
		t.Errorf("there are %d lines", lines)
	}
	if diff := before.Diff(s.hosts[0].Snapshot(t)); len(diff) > 0 {
		t.Errorf("said again, it changes\n%s", strings.Join(diff, "\n"))
	}

	db.Copy(t, s.file("key.pub"), "/root/.ssh/authorized_keys", 0o600)
	before = db.Snapshot(t)
	s.expect(t, 1, []string{`FAILED: there is another host web1 in the fleet`}, "host", "add", "web1=root@"+db.Address)
	s.expect(t, 1, []string{`FAILED: it does not reach the server at 198.18.255.254:1`}, "host", "add", "root@db1", "--agent-server", "198.18.255.254:1")
	if diff := before.Diff(db.Snapshot(t)); len(diff) > 0 {
		t.Errorf("a host that cannot be added is changed\n%s", strings.Join(diff, "\n"))
	}

	debs := packages(t, s.bin)
	s.expect(t, 1, []string{`FAILED: its processor is `}, "host", "add", "root@db1", "--deb", debs[0])
	add := []string{"host", "add", "root@db1", "--deb", debs[0], "--deb", debs[1]}
	s.expect(t, 0, []string{`^db1  install armonic_0.0.1_\w+.deb, armonic-agent_0.0.1_\w+.deb$`, `^db1  is in the fleet: `}, add...)
	if out := db.Run(t, "systemctl", "show", "--value", "-p", "FragmentPath", "armonic-agentd") + db.Run(t, "ls", "/usr/local/bin"); out != "/lib/systemd/system/armonic-agentd.service\n" {
		t.Errorf("the unit, and what is in /usr/local/bin: %s", out)
	}
	s.expect(t, 0, []string{`^db1  is as it was`}, add...)
}

// packages makes small ones of a program and the unit of an agent.
func packages(t *testing.T, bin string) []string {
	t.Helper()
	dir := t.TempDir()
	script := `set -e; cd "$0"; arch=$(dpkg --print-architecture)
mkdir -p a/DEBIAN a/usr/bin b/DEBIAN b/lib/systemd/system
cp "$1" a/usr/bin/armonic
"$1" agentd --print-unit | sed 's,/usr/local/bin,/usr/bin,' > b/lib/systemd/system/armonic-agentd.service
printf 'Package: armonic\nVersion: 0.0.1\nArchitecture: %s\nMaintainer: test\nDescription: test\n' $arch > a/DEBIAN/control
printf 'Package: armonic-agent\nVersion: 0.0.1\nArchitecture: %s\nMaintainer: test\nDepends: armonic (= 0.0.1)\nDescription: test\n' $arch > b/DEBIAN/control
dpkg-deb --root-owner-group -Znone -b a armonic_0.0.1_$arch.deb; dpkg-deb --root-owner-group -Znone -b b armonic-agent_0.0.1_$arch.deb`
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", script, dir, bin).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(debs) != 2 {
		t.Fatalf("%v, %v", debs, err)
	}
	slices.Reverse(debs) // armonic first
	return debs
}

// What was added is removed, and the host is as before. Where the program came otherwise it
// stays.
func TestHostsAreRemoved(t *testing.T) {
	s := newSite(t, "web1", "web2")
	h := s.hosts[0]
	before := h.Snapshot(t)
	s.expect(t, 0, nil, "host", "add", "root@web1", "root@web2")
	s.expect(t, 2, []string{`nobody can be asked`}, "host", "remove", "root@web1")
	s.expect(t, 0, []string{`^web1  remove /var/lib/armonic$`, `changes would be made`}, "host", "remove", "root@web1", "--dry-run")
	s.expect(t, 0, []string{`^web1  on `, `^web2  on `}, "host", "list")

	s.expect(t, 0, []string{`^web1  has no agent any more`}, "host", "remove", "root@web1", "--yes")
	if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("not as before:\n%s", strings.Join(diff, "\n"))
	}
	if out := s.expect(t, 0, nil, "host", "list"); strings.Contains(out, "web1") {
		t.Error("it is still in the fleet")
	}
	s.expect(t, 0, []string{`^web1  has no agent$`}, "host", "remove", "root@web1", "--yes")

	s.hosts[1].Kill(t)
	s.expect(t, 0, []string{`^web2  has no agent any more`}, "host", "remove", "--gone", "web2", "--yes")
	if out := s.expect(t, 0, nil, "host", "list"); strings.Contains(out, "web2") {
		t.Error("it is still in the fleet")
	}
	s.expect(t, 0, []string{`^web1  is in the fleet`}, "host", "add", "root@web1") // again, with a new account
}

// Who is not root on a host becomes so with sudo, which may want a password.
func TestHostsAreAddedWithSudo(t *testing.T) {
	s := newSite(t, "web1")
	h := s.hosts[0]
	h.Run(t, "apt-get", "install", "-y", "sudo")
	h.Run(t, "useradd", "-m", "-s", "/bin/bash", "ann")
	h.Run(t, "sh", "-c", "echo ann:tell-me | chpasswd")
	h.Copy(t, s.file("key.pub"), "/home/ann/.ssh/authorized_keys", 0o600)
	h.Run(t, "chown", "-R", "ann:", "/home/ann/.ssh")
	s.expect(t, 4, []string{`FAILED: sudo wants a password`, `hint: add --ask-sudo-password`}, "host", "add", "ann@web1")
	h.Write(t, "/etc/sudoers.d/ann", "ann ALL=(ALL) ALL\n", 0o440)
	for _, tt := range []struct {
		password, says string
		code           int
	}{{"wrong", "FAILED: sudo does not take the password", 4}, {"tell-me", "web1  is in the fleet", 0}, {"tell-me", "web1  is as it was", 0}} {
		out, code := s.armonic(t, tt.password+"\n", "host", "add", "-K", "ann@web1")
		if code != tt.code || !strings.Contains(out, tt.says) || strings.Contains(out, "tell-me") {
			t.Errorf("with the password %s it ends with %d, want %d and %s", tt.password, code, tt.code, tt.says)
		}
	}
	h.Write(t, "/etc/sudoers.d/ann", "ann ALL=(ALL) NOPASSWD: ALL\n", 0o440)
	out, code := s.armonic(t, "tell-me\n", "host", "add", "-K", "ann@web1") // it does not ask for what it is told
	if code != 0 || !strings.Contains(out, "web1  is as it was") {
		t.Errorf("with a password that is not wanted it ends with %d", code)
	}
	s.expect(t, 0, []string{`^web1  has no agent any more`}, "host", "remove", "ann@web1", "--yes")
}
