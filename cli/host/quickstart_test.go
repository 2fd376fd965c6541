package host_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hosttest"
)

// quickstart is what docs/quickstart.md says to do on real hosts.
func quickstart(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/quickstart.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)\n```sh as=hosts\n(.*?)```").FindSubmatch(text)
	if len(m) != 2 || strings.Count(string(m[1]), "\n") != 3 {
		t.Fatalf("it is not three commands: %q", m)
	}
	return string(m[1])
}

// fresh makes a machine that is to be the server, with the program, and hosts that ssh lets
// a user of it into.
func fresh(t *testing.T, user string, names ...string) (server *hosttest.Host, hosts []*hosttest.Host) {
	t.Helper()
	t.Setenv("TESTHOSTS_PACKAGES", "sudo prosody nginx haproxy socat php-fpm php php-cli php-mysql mariadb-server wordpress wordpress-theme-twentytwentythree")
	all := hosttest.Up(t, append([]string{"xmpp"}, names...)...)
	server, hosts = all[0], all[1:]
	server.Copy(t, hosttest.Build(t, "github.com/armonic/armonic"), "/usr/local/bin/armonic", 0o755)
	home := "/root"
	if user != "root" {
		home = "/home/" + user
		for _, h := range all {
			h.Run(t, "apt-get", "install", "-y", "-q", "sudo")
			h.Run(t, "useradd", "-m", "-s", "/bin/bash", user)
			h.Write(t, "/etc/sudoers.d/"+user, user+" ALL=(ALL) NOPASSWD: ALL\n", 0o440)
		}
	}
	server.Run(t, "su", "-", user, "-c", "mkdir -p -m 700 .ssh; ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519; echo StrictHostKeyChecking accept-new >.ssh/config")
	key := server.Run(t, "cat", home+"/.ssh/id_ed25519.pub")
	for _, h := range hosts {
		h.Write(t, home+"/.ssh/authorized_keys", key, 0o600)
		h.Run(t, "chown", "-R", user+":", home+"/.ssh")
	}
	return server, hosts
}

// run runs a script on the server, and says what it printed and how long it took.
func run(t *testing.T, server *hosttest.Host, user, script string) string {
	t.Helper()
	began := time.Now()
	out, code, err := server.Try("su", "-", user, "-c", "set -e; PATH=/usr/local/bin:/usr/bin:/bin\n"+script)
	t.Logf("%s\n%s(%.1f s)", script, out, time.Since(began).Seconds())
	if err != nil || code != 0 {
		t.Fatalf("it ends with %d (%v)", code, err)
	}
	return out
}

// kept is what services leave: logs, and the data of a database.
var kept = regexp.MustCompile(`^file /var/(log/(nginx|php|mysql)|lib/mysql)`)

// Four bare hosts and a server come to a web page by what the quickstart says. In full, all of
// it is taken back afterwards, and the hosts are as before.
func TestQuickstart(t *testing.T) {
	if testing.Short() {
		t.Skip("it deploys a WordPress")
	}
	server, hosts := fresh(t, "root", "lb1", "web1", "web2", "db1")
	var before []hosttest.Snapshot
	for _, h := range hosts {
		before = append(before, h.Snapshot(t))
	}
	for line := range strings.Lines(quickstart(t)) {
		run(t, server, "root", line)
	}
	page := server.Run(t, "curl", "-sSL", "--retry", "5", "http://"+hosts[0].Address+"/")
	if !strings.Contains(strings.ToLower(page), "wordpress") {
		t.Errorf("the page is\n%.2000s", page)
	}
	if !hosttest.Full() {
		return
	}
	run(t, server, "root", "armonic deployments rollback haproxy-lb1 --yes\narmonic host remove root@lb1 root@web1 root@web2 root@db1 --yes\n")
	for i, h := range hosts {
		diff := slices.DeleteFunc(before[i].Diff(h.Snapshot(t)), func(line string) bool { return kept.MatchString(line) })
		if len(diff) > 0 {
			t.Errorf("%s is not as before:\n%s", h.Name, strings.Join(diff, "\n"))
		}
	}
}

// A user who may become root with sudo does the same.
func TestQuickstartWithSudo(t *testing.T) {
	server, hosts := fresh(t, "ann", "web1", "web2")
	script := strings.Split(quickstart(t), "\n")
	run(t, server, "ann", "sudo "+script[0])
	run(t, server, "ann", regexp.MustCompile(` root@(lb1|db1)`).ReplaceAllString(strings.ReplaceAll(script[1], "root@web", "ann@web"), ""))
	run(t, server, "ann", "armonic deploy //Nginx//add_site --on web1,web2 --set //site/name=page --autofill --yes")
	for _, h := range hosts {
		server.Run(t, "curl", "-sS", "--retry", "5", fmt.Sprintf("http://%s/", h.Address))
	}
}
