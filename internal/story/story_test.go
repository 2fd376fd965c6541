//nolint:thelper // the steps are tests themselves
package story_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hostfleet"
	"github.com/armonic/armonic/internal/hosttest"
)

// packages are what the hosts can install.
const packages = "nginx haproxy socat php-fpm php php-cli php-mysql mariadb-server wordpress wordpress-theme-twentytwentythree nftables"

// services of a host whose restarts and reloads are counted.
const services = "nginx php8.2-fpm haproxy mariadb"

// story is the fleet on which it happens.
type story struct {
	*hostfleet.Fleet
	lb, db *hosttest.Host
	web    []*hosttest.Host
	before map[string]hosttest.Snapshot
	faults *faults // what is killed, nil for nothing

	sshSaid *strings.Builder // what the deployment said that moved ssh, and how it ends
	sshEnds func() error
}

// deployArgs is what a person says of the deployment: where it is, where its sites and its
// database are, and what a site is. All else is suggested.
func deployArgs(web string, more ...string) []string {
	return append([]string{"deploy", "//Haproxy//start", "--on", "lb1", "--hosts", "backends=" + web, "--hosts", "database=db1",
		"--choose", "//get_website=Wordpress/Active/get_website", "--autofill", "--yes", "--name", "shop"}, more...)
}

func TestStory(t *testing.T) {
	if testing.Short() {
		t.Skip("it deploys a WordPress on five hosts, several times")
	}
	t.Setenv("TESTHOSTS_PACKAGES", packages)
	hosts := hosttest.Up(t, "lb1", "web1", "web2", "web3", "db1")
	s := &story{Fleet: hostfleet.New(t, hosts), lb: hosts[0], web: hosts[1:4], db: hosts[4], before: map[string]hosttest.Snapshot{}, faults: newFaults(t)}
	for again := false; ; again = true {
		if again {
			s.anew(t)
		}
		s.Start(t, "testdata/modules")
		for _, h := range hosts {
			s.before[h.Name] = h.Snapshot(t)
		}
		if !s.told(t) || s.faults.over() {
			break
		}
	}
	s.faults.report(t)
}

// told goes through all that happens, until something is not as it should be.
func (s *story) told(t *testing.T) bool {
	for _, step := range []struct {
		name string
		do   func(t *testing.T)
	}{
		{"it is planned", s.planned},
		{"it is deployed", s.deployed},
		{"nothing changes when it is said again", s.again},
		{"the memory of PHP changes in place", s.changed},
		{"the port of nginx changes in place", s.movedPort},
		{"a web host is cut off", s.cutOff},
		{"what somebody changed by hand is found and repaired", s.drifted},
		{"what locks people out takes itself back", s.lockedOut},
		{"a host reboots", s.reboots},
		{"it is moved from one web host to another, and the agent of the database is killed", s.replayed},
		{"a third web host is added", s.extended},
		{"two operators work on the same hosts", s.twoOperators},
		{"agents, the operator and the server are killed", s.killed},
		{"all is undone", s.undone},
	} {
		s.faults.begin(step.name)
		if !t.Run(step.name, step.do) {
			for _, h := range s.Hosts {
				out, _, _ := h.Try("journalctl", "-n", "30", "-u", "armonic-agentd", "--no-pager")
				t.Logf("%s:\n%s", h.Name, out)
			}
			return false
		}
	}
	return true
}

// The plan shows what happens on each host, before anything does.
func (s *story) planned(t *testing.T) {
	out := s.carry(t, deployArgs("web1,web2", "--dry-run")...)
	for _, want := range []string{"+ package mariadb-server", "+ database mariadb/wordpress", "+ database_user mariadb/wordpress@" + s.web[0].Address,
		"+ /etc/php/8.2/fpm/pool.d/wordpress.conf", "+ /etc/nginx/snippets/listen.conf"} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan has no %q:\n%s", want, out)
		}
	}
	for _, h := range s.Hosts {
		s.same(t, h, nil)
	}
}

func (s *story) deployed(t *testing.T) {
	s.carry(t, deployArgs("web1,web2")...)
	if page := s.page(t, s.lb); !strings.Contains(page, "/themes/twentytwentythree/") || !strings.Contains(page, "<title>A new site") {
		t.Errorf("the page is\n%s", page)
	}
	for _, h := range s.web[:2] {
		s.page(t, h)
	}
}

func (s *story) again(t *testing.T) {
	before := s.running(t)
	s.carry(t, deployArgs("web1,web2")...)
	if now := s.running(t); now != before {
		t.Errorf("services were restarted or reloaded:\n%s\nbefore:\n%s", now, before)
	}
	if out := s.Command(t, "drift"); !strings.HasPrefix(out, "all is as it was left") {
		t.Errorf("drift says\n%s", out)
	}
}

// One host after the other gets the other value, with one reload, and no visitor notices.
func (s *story) changed(t *testing.T) {
	before := s.running(t)
	visits := s.visit(t)
	s.carry(t, deployArgs("web1,web2", "--set", "//PhpFpm//conf/memory=300", "--rolling", "backends=serial=1")...)
	visits.end(t)
	s.differ(t, before, "web1 php8.2-fpm", "web2 php8.2-fpm")
	for _, h := range s.web[:2] {
		if got := h.Run(t, "cat", "/etc/php/8.2/fpm/conf.d/90-armonic.ini"); !strings.Contains(got, "memory_limit = 300M") {
			t.Errorf("%s has\n%s", h.Name, got)
		}
	}
}

// The balancer learns the new port of each host before the next one changes: of those who ask
// for a file 50 times a second, and for pages beside, none gets nothing.
func (s *story) movedPort(t *testing.T) {
	before := s.running(t)
	visits := s.visitAt(t, "/wp-includes/css/dashicons.min.css", time.Second/50)
	s.carry(t, deployArgs("web1,web2", "--set", "//Nginx//conf/port=8080", "--rolling", "backends=serial=1")...)
	visits.end(t)
	s.differ(t, before, "lb1 haproxy", "web1 nginx", "web2 nginx")
	if cfg := s.lb.Run(t, "cat", "/etc/haproxy/haproxy.cfg"); strings.Count(cfg, ":8080 check") != 2 {
		t.Errorf("the balancer has\n%s", cfg)
	}
	s.carry(t, deployArgs("web1,web2", "--set", "//Nginx//conf/port=80", "--rolling", "backends=serial=1")...)
}

// differ compares which services were restarted or reloaded with those that should be.
func (s *story) differ(t *testing.T, before string, want ...string) {
	t.Helper()
	var differ []string
	was, now := strings.Split(before, "\n"), strings.Split(s.running(t), "\n")
	for i := range was {
		if was[i] != now[i] {
			differ = append(differ, strings.Join(strings.Fields(now[i])[:2], " "))
		}
	}
	if !slices.Equal(differ, want) {
		t.Errorf("these were restarted or reloaded: %v, want %v", differ, want)
	}
}

func (s *story) cutOff(t *testing.T) {
	s.web[0].Cut(t)
	time.Sleep(4 * time.Second) // the balancer asks each second, and believes the second answer
	visits := s.visit(t)
	time.Sleep(3 * time.Second)
	visits.end(t)
	s.web[0].Heal(t)
	s.await(t, "web1 on", func() bool { return strings.Contains(s.Command(t, "list"), "web1  on") })
	s.carry(t, deployArgs("web1,web2", "--set", "//PhpFpm//conf/memory=300")...)
}

func (s *story) drifted(t *testing.T) {
	s.lb.Run(t, "sh", "-c", "echo '# by hand' >>/etc/haproxy/haproxy.cfg")
	s.lb.Run(t, "apt-get", "-qq", "-y", "remove", "socat")
	out, code := s.Try(t, "drift")
	if code != 1 || !strings.Contains(out, "+# by hand") || !strings.Contains(out, "package socat") {
		t.Errorf("drift ends with %d, and says\n%s", code, out)
	}
	s.carry(t, "drift", "--repair")
	if out := s.Command(t, "drift"); !strings.HasPrefix(out, "all is as it was left") {
		t.Errorf("after the repair drift says\n%s", out)
	}
	s.lb.Run(t, "test", "-x", "/usr/bin/socat")
}

// A step after which a host cannot be reached is taken back by its agent, and one that harms
// nobody stays.
func (s *story) lockedOut(t *testing.T) {
	h := s.web[2]
	s.wrongPort(t)
	out, err := s.attempt(t, "deploy", "//Locked//start", "--on", h.Name, "--yes")
	if err == nil || !s.faults.now() && (!strings.Contains(out, "nobody confirmed within 10s") || !strings.Contains(out, "was taken back")) {
		t.Errorf("it ends with %v, and says\n%s", err, out)
	}
	if rules := h.Run(t, "nft", "list", "ruleset"); strings.Contains(rules, "locked") {
		t.Errorf("the rules are\n%s", rules)
	}
	s.carry(t, "deploy", "//Firewall//start", "--on", h.Name, "--autofill", "--yes", "--name", "wall")
	if rules := h.Run(t, "nft", "list", "ruleset"); !strings.Contains(rules, "tcp dport 22 accept") {
		t.Errorf("the rules are\n%s", rules)
	}
	s.carry(t, "deployments", "rollback", "wall", "--yes")
}

// wrongPort has the server of ssh listen where its operator cannot reach it, and nobody confirm
// that it can be reached: it takes a minute until it is taken back, which sshBack waits for.
func (s *story) wrongPort(t *testing.T) {
	t.Helper()
	cmd := s.Cmd("deploy", "//Openssh//start", "--on", "db1", "--set", "//Openssh//conf/port=2222", "--autofill", "--name", "ssh")
	cmd.Stdin = strings.NewReader("\ny\n") // who may log in, and whether it is to be carried out
	s.sshSaid = &strings.Builder{}
	cmd.Stdout, cmd.Stderr = s.sshSaid, s.sshSaid
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.sshEnds = cmd.Wait
	s.await(t, "nobody can log in on db1", func() bool { return !s.answers(s.db, "22") && s.answers(s.db, "2222") })
	if s.faults.now() {
		s.kill(t, agentOf, s.db)
	}
}

func (s *story) sshBack(t *testing.T) {
	t.Helper()
	if err := s.sshEnds(); err == nil || !s.faults.any() && !strings.Contains(s.sshSaid.String(), "nobody confirmed within 1m0s") {
		t.Errorf("it ends with %v, and says\n%s", err, s.sshSaid)
	}
	s.await(t, "people can log in on db1", func() bool { return s.answers(s.db, "22") && !s.answers(s.db, "2222") })
	s.carry(t, "deployments", "rollback", "ssh", "--yes")
}

// answers reports whether a host takes connections at a port.
func (s *story) answers(h *hosttest.Host, port string) bool {
	c, err := net.DialTimeout("tcp", net.JoinHostPort(h.Address, port), time.Second)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// The agent goes away with its host, which is no failure, and the deployment ends when it is
// back.
func (s *story) reboots(t *testing.T) {
	boot := func() string {
		return s.web[2].Run(t, "systemctl", "show", "-p", "UserspaceTimestampMonotonic", "--value")
	}
	before := boot()
	out := s.carry(t, "deploy", "//Reboot//reboot", "--on", "web3", "--yes", "--name", "reboot")
	if !strings.Contains(out, "the host has rebooted") || boot() == before {
		t.Errorf("it booted at %s, before at %s, and says\n%s", boot(), before, out)
	}
	if out := s.carry(t, "deploy", "//Reboot//reboot_if_needed", "--on", "web3", "--yes", "--name", "reboot"); strings.Contains(out, "reboot host") {
		t.Errorf("it needs no reboot, and says\n%s", out)
	}
	s.sshBack(t)
}

// What was decided for one web host is done on another one; the rest stays. The agent of the
// database dies meanwhile, and the deployment is done all the same.
func (s *story) replayed(t *testing.T) {
	before := s.running(t)
	args := []string{"deploy", "--replay", "shop", "--move", "web2=web3", "--autofill", "--yes", "--name", "shop"}
	if s.faults.now() {
		s.carry(t, args...)
	} else {
		s.despite(t, args, time.After(300*time.Millisecond), agentOf, s.db)
	}
	s.page(t, s.web[2])
	s.balances(t, s.web[0], s.web[2])
	s.unchanged(t, before, "lb1 haproxy", "web3")
}

// A host more: the others are not touched.
func (s *story) extended(t *testing.T) {
	before := s.running(t)
	s.carry(t, deployArgs("web1,web2,web3", "--set", "//PhpFpm//conf/memory=300")...)
	s.balances(t, s.web...)
	s.unchanged(t, before, "lb1 haproxy", "web3 php")
}

// balances sees that the balancer has these web hosts.
func (s *story) balances(t *testing.T, hosts ...*hosttest.Host) {
	t.Helper()
	cfg := s.lb.Run(t, "cat", "/etc/haproxy/haproxy.cfg")
	if strings.Count(cfg, ":80 check") != len(hosts) || slices.ContainsFunc(hosts, func(h *hosttest.Host) bool { return !strings.Contains(cfg, h.Address+":80 check") }) {
		t.Errorf("the balancer has\n%s", cfg)
	}
}

// unchanged sees that no services were restarted or reloaded but some.
func (s *story) unchanged(t *testing.T, before string, but ...string) {
	t.Helper()
	was, now := strings.Split(before, "\n"), strings.Split(s.running(t), "\n")
	for i := range was {
		if was[i] != now[i] && !slices.ContainsFunc(but, func(of string) bool { return strings.HasPrefix(was[i], of) }) {
			t.Errorf("it was %q, and is %q", was[i], now[i])
		}
	}
}

func (s *story) twoOperators(t *testing.T) {
	one := s.Cmd(deployArgs("web1,web2,web3", "--set", "//PhpFpm//conf/memory=310")...)
	other := s.Cmd("deploy", "//Nginx//add_site", "--on", "web1,web2,web3", "--set", "//Nginx//site/name=static", "--set", "//Nginx//site/domains=static.example.org",
		"--autofill", "--yes", "--name", "static")
	other.Env = append(other.Env, "HOME="+t.TempDir())
	var said [2]strings.Builder
	one.Stdout, one.Stderr, other.Stdout, other.Stderr = &said[0], &said[0], &said[1], &said[1]
	for _, c := range []interface{ Start() error }{one, other} {
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	if s.faults.now() {
		time.Sleep(s.faults.pause())
		s.kill(t, []victim{agentOf, theServer}[s.faults.dice.IntN(2)], s.anyHost())
		defer s.allOn(t)
	}
	for i, c := range []*exec.Cmd{one, other} {
		err := c.Wait()
		if err != nil && s.faults.now() {
			s.allOn(t)
			again := s.Cmd("deploy", "--resume", []string{"shop", "static"}[i], "--yes")
			again.Env, again.Stdout, again.Stderr = c.Env, &said[i], &said[i]
			err = again.Run()
		}
		if err != nil {
			t.Errorf("operator %d: %v\n%s", i+1, err, said[i].String())
		}
	}
	for _, h := range s.web {
		h.Run(t, "test", "-e", "/etc/nginx/sites-enabled/static")
		s.page(t, h)
	}
	s.carry(t, "deployments", "rollback", "static", "--yes")
}

// All deployments are rolled back, the newest first: hosts are as they were, but for data.
func (s *story) undone(t *testing.T) {
	for range 100 {
		var id string
		for _, line := range strings.Split(s.Command(t, "deployments"), "\n")[1:] {
			if f := strings.Fields(line); len(f) > 2 && f[0] == "shop" && f[2] != "rolled" {
				id = f[1]
				break
			}
		}
		if id == "" {
			break
		}
		if out, err := s.carried(t, "deployments", "rollback", id, "--yes"); err != nil && !strings.Contains(out, "nothing that could be taken back") {
			t.Fatalf("rollback %s: %v\n%s", id, err, out)
		} else if err != nil {
			break
		}
	}
	kept := []string{"/var/lib/mysql", "/var/log/mysql", "/var/log/nginx", "/var/log/php", "/var/lib/php", "/var/lib/nginx", "/var/lib/wordpress",
		"/var/log/wtmp", "/var/tmp/systemd-private-"} // the last two are of the reboot
	for _, h := range s.Hosts {
		s.same(t, h, kept)
	}
}

// same compares a host with how it was at first, but for data that is kept and what the agent
// keeps.
func (s *story) same(t *testing.T, h *hosttest.Host, kept []string) {
	t.Helper()
	differ := slices.DeleteFunc(s.before[h.Name].Diff(h.Snapshot(t)), func(line string) bool {
		return slices.ContainsFunc(append(kept, "/var/lib/armonic"), func(p string) bool { return strings.Contains(line, " "+p) })
	})
	if len(differ) > 0 {
		t.Errorf("%s is not as before:\n%s", h.Name, strings.Join(differ, "\n"))
	}
}

// running tells which processes the services are, and when they were reloaded: a line a
// service and host.
func (s *story) running(t *testing.T) string {
	t.Helper()
	var out []string
	for _, h := range s.Hosts {
		for _, service := range strings.Fields(services) {
			is, _, _ := h.Try("systemctl", "show", "-p", "InvocationID,StateChangeTimestampMonotonic", "--value", service)
			out = append(out, h.Name+" "+service+" "+strings.Join(strings.Fields(is), " "))
		}
	}
	return strings.Join(out, "\n")
}

// page waits for the page that a host serves.
func (s *story) page(t *testing.T, h *hosttest.Host) string {
	t.Helper()
	var page string
	s.await(t, "the page of "+h.Name, func() bool {
		var err error
		page, err = get("http://" + h.Address + "/")
		return err == nil
	})
	return page
}

func get(url string) (string, error) {
	c := http.Client{Timeout: 20 * time.Second}
	res, err := c.Get(url)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || !strings.Contains(string(b), "wp-content")) {
		err = fmt.Errorf("%s: %.200s", res.Status, b)
	}
	return string(b), err
}

func (s *story) await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(500 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
		}
	}
}

// visits are visitors who ask the balancer for the page, each again and again.
type visits struct {
	stop   chan struct{}
	done   sync.WaitGroup
	mu     sync.Mutex
	n      int
	failed []string
}

// visitors are so many that some page is always being made.
const visitors = 4

func (s *story) visit(t *testing.T) *visits {
	t.Helper()
	v := &visits{stop: make(chan struct{})}
	for range visitors {
		v.done.Go(func() {
			for v.goOn(0) {
				_, err := get("http://" + s.lb.Address + "/")
				v.note(err)
			}
		})
	}
	return v
}

// visitAt has a file asked for each time that a while is over, whether those before have it or
// not.
func (s *story) visitAt(t *testing.T, file string, each time.Duration) *visits {
	t.Helper()
	v := &visits{stop: make(chan struct{})}
	v.done.Go(func() {
		for v.goOn(each) {
			v.done.Go(func() { v.note(fetch("http://" + s.lb.Address + file)) })
		}
	})
	return v
}

// fetch asks for a file.
func fetch(url string) error {
	c := http.Client{Timeout: 20 * time.Second}
	res, err := c.Get(url)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if n, err := io.Copy(io.Discard, res.Body); err != nil || n == 0 || res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d bytes, %w", res.Status, n, err)
	}
	return nil
}

// goOn waits for a while, and reports whether there is to be another request.
func (v *visits) goOn(after time.Duration) bool {
	select {
	case <-v.stop:
		return false
	case <-time.After(after):
		return true
	}
}

func (v *visits) note(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.n++; err != nil {
		v.failed = append(v.failed, err.Error())
	}
}

// end sends the visitors home. The test fails if one of them got no page.
func (v *visits) end(t *testing.T) {
	t.Helper()
	close(v.stop)
	v.done.Wait()
	t.Logf("%d pages were asked for", v.n)
	if len(v.failed) > 0 || v.n < visitors {
		t.Errorf("of %d requests %d got no page: %s", v.n, len(v.failed), strings.Join(v.failed[:min(3, len(v.failed))], "; "))
	}
}
