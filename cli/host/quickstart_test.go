package host_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// Four bare hosts and a server come to a web page by what the quickstart says, in three minutes, of which
// twenty seconds are not those of apt and ssh. In full, all agents are upgraded while it is taken back
// afterwards, and removed; the hosts are as before.
func TestQuickstart(t *testing.T) {
	if testing.Short() {
		t.Skip("it deploys a WordPress")
	}
	const roots = "root@lb1 root@web1 root@web2 root@db1"
	server, hosts := fresh(t, "root", "lb1", "web1", "web2", "db1")
	var before []hosttest.Snapshot
	for _, h := range hosts {
		before = append(before, h.Snapshot(t))
	}
	login := timed(func() { run(t, server, "root", "for h in "+roots+"; do ssh $h true & done; wait") })
	all := timed(func() {
		for line := range strings.Lines(quickstart(t)) {
			run(t, server, "root", line)
		}
	})
	page := server.Run(t, "curl", "-sSL", "--retry", "5", "http://"+hosts[0].Address+"/")
	if !strings.Contains(strings.ToLower(page), "wordpress") {
		t.Errorf("the page is\n%.2000s", page)
	}
	apt := installing(t, append(hosts, server)...)
	ours := all - apt - login
	t.Logf("from bare hosts to the page: %.1f s; of it at least one host installs packages %.0f s, ssh logs in %.1f s, the rest is %.1f s", all.Seconds(), apt.Seconds(), login.Seconds(), ours.Seconds())
	if hosttest.Full() && (all > 3*time.Minute || ours > 20*time.Second) { // else the machine does other things meanwhile
		t.Errorf("it takes too long")
	}
	if !hosttest.Full() {
		return
	}
	upgradeMeanwhile(t, server, roots)
	run(t, server, "root", "armonic host remove "+roots+" --yes")
	for i, h := range hosts {
		diff := slices.DeleteFunc(before[i].Diff(h.Snapshot(t)), func(line string) bool { return kept.MatchString(line) })
		if len(diff) > 0 {
			t.Errorf("%s is not as before:\n%s", h.Name, strings.Join(diff, "\n"))
		}
	}
}

// upgradeMeanwhile upgrades the agents of all hosts while what was deployed is taken back.
func upgradeMeanwhile(t *testing.T, server *hosttest.Host, roots string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "armonic")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w -X github.com/armonic/armonic/cli/inprocess.number=0.0.9", "-o", program, "github.com/armonic/armonic")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server.Copy(t, program, "/root/newer", 0o755)
	run(t, server, "root", "armonic agent key\narmonic host add "+roots)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		began := time.Now()
		out, code, err := server.Try("/usr/local/bin/armonic", "deployments", "rollback", "haproxy-lb1", "--yes")
		t.Logf("the rollback:\n%s(%.1f s)", out, time.Since(began).Seconds())
		if err != nil || code != 0 {
			t.Errorf("the rollback ends with %d (%v)", code, err)
		}
	}()
	for begin := time.Now(); !strings.Contains(server.Run(t, "/usr/local/bin/armonic", "list", "-o", "json"), `"busy":`); time.Sleep(100 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("no host executes a run")
		}
	}
	out := run(t, server, "root", "armonic agent upgrade -J '*' --program /root/newer")
	if n := strings.Count(out, "from devel to 0.0.9"); n != 4 {
		t.Errorf("%d of 4 hosts were upgraded", n)
	}
	<-ended
	if out := run(t, server, "root", "armonic list"); strings.Count(out, " 0.0.9 ") != 4 || strings.Count(out, " on ") != 4 {
		t.Error("not all agents are the new one")
	}
}

// timed is how long something takes.
func timed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// installing is how long apt was at work on at least one of these hosts, as it has noted.
func installing(t *testing.T, hosts ...*hosttest.Host) time.Duration {
	t.Helper()
	busy := map[string]bool{} // seconds in which it was
	for _, h := range hosts {
		for _, m := range regexp.MustCompile(`(?s)Start-Date: (\S+  \S+)\n.*?End-Date: (\S+  \S+)\n`).FindAllStringSubmatch(h.Run(t, "sh", "-c", "cat /var/log/apt/history.log 2>/dev/null; true"), -1) {
			at, err := time.Parse("2006-01-02  15:04:05", m[1])
			if err != nil {
				t.Fatal(err)
			}
			for ; at.Format("2006-01-02  15:04:05") < m[2]; at = at.Add(time.Second) {
				busy[at.String()] = true
			}
		}
	}
	return time.Duration(len(busy)) * time.Second
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
