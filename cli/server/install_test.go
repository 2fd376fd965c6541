package server_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/hosttest"
)

// packages are what the hosts can install.
const packages = "sudo prosody ejabberd"

// A bare host has a server after one command, for who called it, also with sudo. Said again
// nothing changes.
func TestAServerIsInstalled(t *testing.T) {
	t.Setenv("TESTHOSTS_PACKAGES", packages)
	h := hosttest.Up(t, "xmpp")[0]
	h.Copy(t, hosttest.Build(t, "github.com/armonic/armonic"), "/usr/local/bin/armonic", 0o755)
	h.Run(t, "apt-get", "install", "-y", "-q", "sudo")
	h.Run(t, "useradd", "-m", "ann")
	h.Write(t, "/etc/sudoers.d/ann", "ann ALL=(ALL) NOPASSWD: ALL\n", 0o440)
	ann := func(command string) string {
		return h.Run(t, "su", "-", "ann", "-c", "PATH=/usr/local/bin:/usr/bin:/bin; "+command)
	}
	if out, code, _ := h.Try("su", "-", "ann", "-c", "/usr/local/bin/armonic server init --install --domain armonic.test"); code != 2 || !strings.Contains(out, "hint: sudo armonic server init --install") {
		t.Errorf("who is not root: %d\n%s", code, out)
	}
	const install = "sudo armonic server init --install --domain armonic.test"
	out := ann(install)
	t.Log(out)
	for _, want := range []string{"install the package prosody\n", "start armonic-prosody.service\n", "you are master@armonic.test: your settings are in /home/ann/.config/armonic/cli.yaml\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if out := ann("armonic server check"); !strings.Contains(out, "ok    login          as master@armonic.test/") || strings.Contains(out, "FAIL") {
		t.Errorf("server check:\n%s", out)
	}
	before := h.Snapshot(t)
	if out := ann(install); out != "nothing to do: Prosody for armonic.test runs\n" {
		t.Errorf("said again:\n%s", out)
	}
	if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("said again, it changes\n%s", strings.Join(diff, "\n"))
	}
}

// Debian's own Prosody at port 5222 makes room if nobody has an account there; else it stays,
// and is named.
func TestAServerThatIsInTheWay(t *testing.T) {
	t.Setenv("TESTHOSTS_PACKAGES", packages)
	h := hosttest.Up(t, "xmpp")[0]
	h.Copy(t, hosttest.Build(t, "github.com/armonic/armonic"), "/usr/local/bin/armonic", 0o755)
	h.Run(t, "apt-get", "install", "-y", "-q", "prosody")
	h.Run(t, "prosodyctl", "register", "ann", "localhost", "secret")
	install := []string{"armonic", "server", "init", "--install", "--domain", "armonic.test"}
	out, code, err := h.Try(install...)
	if err != nil || code != 1 || !strings.Contains(out, "port 5222 is in use: the service prosody of this host has it, and has accounts or hosts") || !strings.Contains(out, "hint: to have both choose other ports") {
		t.Errorf("with accounts: %d, %v\n%s", code, err, out)
	}
	if h.Run(t, "systemctl", "is-active", "prosody") != "active\n" {
		t.Error("a server that is used was stopped")
	}
	h.Run(t, "prosodyctl", "deluser", "ann@localhost")
	out = h.Run(t, install...)
	if !strings.Contains(out, "stop the service prosody, which is in the way and has no accounts\n") || !strings.Contains(out, "Prosody for armonic.test runs") {
		t.Errorf("without accounts:\n%s", out)
	}
	if out := h.Run(t, "armonic", "server", "check"); strings.Contains(out, "FAIL") {
		t.Errorf("server check:\n%s", out)
	}
}

// With --ejabberd it is that, and another port than usual is kept when it is said again.
func TestEjabberdIsInstalled(t *testing.T) {
	t.Setenv("TESTHOSTS_PACKAGES", packages)
	h := hosttest.Up(t, "xmpp")[0]
	h.Copy(t, hosttest.Build(t, "github.com/armonic/armonic"), "/usr/local/bin/armonic", 0o755)
	install := []string{"armonic", "server", "init", "--install", "--domain", "armonic.test", "--ejabberd", "--tls-port", "5333"}
	if out := h.Run(t, install...); !strings.Contains(out, "stop the service ejabberd of the package") || !strings.Contains(out, "ejabberd for armonic.test runs, and starts with this host") {
		t.Errorf("it says\n%s", out)
	}
	if out := h.Run(t, "armonic", "server", "check"); strings.Contains(out, "FAIL") || !strings.Contains(out, "127.0.0.1:5333") {
		t.Errorf("server check:\n%s", out)
	}
	for _, again := range [][]string{install, {"armonic", "server", "init", "--install"}} {
		if out := h.Run(t, again...); out != "nothing to do: ejabberd for armonic.test runs\n" {
			t.Errorf("%q said again:\n%s", again, out)
		}
	}
}
