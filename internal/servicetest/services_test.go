package servicetest_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hostfleet"
	"github.com/armonic/armonic/internal/hosttest"
)

// packages are what the hosts can install.
const packages = "nginx varnish mariadb-server galera-4 rsync prosody ejabberd shorewall augeas-tools chrony unattended-upgrades certbot haproxy socat"

// trial is a service that is tried out: deployed, used, said again and taken back.
type trial struct {
	name    string
	hosts   []string // the first is where it is deployed
	prepare func(t *testing.T, hosts []*hosttest.Host)
	deploy  []string // what a person says
	works   func(t *testing.T, hosts []*hosttest.Host)
	units   []string // what neither restarts nor is read anew when the same is said again
	kept    []string // files that stay: data and logs
	lets    bool     // iptables leaves its tables, in which all is let through

	instead func(t *testing.T, f *hostfleet.Fleet, h *hosttest.Host) // is done, and nothing of the above
}

func trials() []trial {
	return slices.Concat(webTrials(), databaseTrials(), xmppTrials(), systemTrials())
}

// On Debian 12, and with ARMONIC_HOSTS=full on Debian 13 too; there also a WordPress, of which internal/story tells on Debian 12.
func TestServices(t *testing.T) {
	t.Run("Debian 12", func(t *testing.T) {
		t.Setenv("TESTHOSTS_PACKAGES", packages)
		tryAll(t, trials())
	})
	if hosttest.Full() {
		t.Run("Debian 13", func(t *testing.T) {
			t.Setenv("TESTHOSTS_SUITE", "trixie")
			t.Setenv("TESTHOSTS_PACKAGES", packages+" php php-fpm php-cli php-mysql wordpress wordpress-theme-twentytwentyfive")
			tryAll(t, append(siteTrials(), trials()...))
		})
	}
}

func tryAll(t *testing.T, trials []trial) {
	t.Helper()
	var names []string
	for _, x := range trials {
		names = append(names, x.hosts...)
	}
	all := hosttest.Up(t, names...)
	f := hostfleet.New(t, all)
	f.Start(t, "")
	for _, x := range trials {
		hosts := all[:len(x.hosts)]
		all = all[len(x.hosts):]
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			if x.instead != nil {
				x.instead(t, f, hosts[0])
				return
			}
			try(t, f, x, hosts)
		})
	}
}

// firewall is what a snapshot has of rules.
var firewall = hosttest.Fact{Kind: hosttest.Firewall, Name: "ruleset"}

// changed is a change in what a deployment says while it is carried out.
var changed = regexp.MustCompile(`(?m)^[\d:]{8} \S+ +\| [-+~] .*$`)

// always stays: what agents keep, and the folder in which systemd keeps when timers were last due.
var always = []string{"/var/lib/armonic", "/var/lib/systemd/timers"}

func try(t *testing.T, f *hostfleet.Fleet, x trial, hosts []*hosttest.Host) {
	t.Helper()
	if x.prepare != nil {
		x.prepare(t, hosts)
	}
	var before []hosttest.Snapshot
	for _, h := range hosts {
		before = append(before, h.Snapshot(t))
	}
	args := append([]string{"deploy", "--on", hosts[0].Name, "--autofill", "--yes"}, x.deploy...)
	name := hosts[0].Name + "-first"
	began := time.Now()
	out := f.Command(t, append(args, "--name", name)...)
	t.Logf("deployed after %v", time.Since(began))
	if !changed.MatchString(out) {
		t.Fatalf("it says that nothing changes:\n%s", out)
	}
	x.works(t, hosts)

	ran := running(hosts, x.units)
	out = f.Command(t, append(args, "--name", hosts[0].Name+"-again")...)
	if found := changed.FindAllString(out, -1); len(found) > 0 {
		t.Errorf("said again, it changes:\n%s", strings.Join(found, "\n"))
	}
	if now := running(hosts, x.units); now != ran {
		t.Errorf("said again, what runs is\n%s\nbefore:\n%s", now, ran)
	}
	if out, code := f.Try(t, "drift", "--on", strings.Join(x.hosts, ",")); code != 0 {
		t.Errorf("drift says\n%s", out)
	}

	rollBack(t, f, hosts[0].Name+"-again")
	rollBack(t, f, name)
	for i, h := range hosts {
		after := h.Snapshot(t)
		if rules := after[firewall]; x.lets && !strings.Contains(rules, "policy drop") && !strings.Contains(rules, "counter") {
			delete(after, firewall)
			delete(before[i], firewall)
		}
		differ := slices.DeleteFunc(before[i].Diff(after), func(line string) bool {
			return slices.ContainsFunc(slices.Concat(x.kept, always), func(p string) bool { return strings.Contains(line, " "+p) })
		})
		if len(differ) > 0 {
			t.Errorf("%s is not as before:\n%s", h.Name, strings.Join(differ, "\n"))
		}
	}
}

// rollBack takes a deployment back; one that has done nothing needs that not.
func rollBack(t *testing.T, f *hostfleet.Fleet, name string) {
	t.Helper()
	out, code := f.Try(t, "deployments", "rollback", name, "--yes")
	if code != 0 && !strings.Contains(out, "nothing that could be taken back") {
		t.Errorf("rollback %s: %d\n%s", name, code, out)
	}
}

// running tells which processes units are, and when they were reloaded.
func running(hosts []*hosttest.Host, units []string) string {
	var out []string
	for _, h := range hosts {
		for _, u := range units {
			is, _, _ := h.Try("systemctl", "show", "-p", "ActiveState,InvocationID,StateChangeTimestampMonotonic", "--value", u)
			out = append(out, fmt.Sprintf("%s %s %s", h.Name, u, strings.Join(strings.Fields(is), " ")))
		}
	}
	return strings.Join(out, "\n")
}

// has fails the test if a text lacks one of some.
func has(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
}
