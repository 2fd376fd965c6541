//nolint:thelper // the functions that take measurements are tests themselves
package hostbench_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/spec"

	"github.com/armonic/armonic/internal/benchreport"
)

// packages are what the hosts can install: apt of Ansible needs python3-apt.
const packages = "nginx haproxy redis-server chrony hello tree python3-apt"

// web measures a balancer and two sites on three new hosts.
func web(t *testing.T, p plan, r *report) {
	if p.ansible {
		t.Setenv("TESTHOSTS_PACKAGES", packages)
	}
	hosts := hosttest.Up(t, "lb1", "web1", "web2")
	x := &runs{plan: p, armonic: newArmonic(t, hosts, deployment{
		pattern: "//HAProxy//start", on: "lb1", require: "backends", hosts: "web1,web2", port: "//HAProxy//conf/port",
		states: []spec.Path{"/web1/Nginx/Installed", "/web1/Nginx/Configured", "/web1/Nginx/Active",
			"/web2/Nginx/Installed", "/web2/Nginx/Configured", "/web2/Nginx/Active",
			"/lb1/HAProxy/Installed", "/lb1/HAProxy/Configured", "/lb1/HAProxy/Active"},
	})}
	if p.ansible {
		x.ansible = newAnsible(t, hosts, "web.yml")
	}
	prepared := false
	x.fresh = func(t *testing.T) {
		if prepared {
			x.armonic.Stop(t)
			for _, h := range hosts {
				h.Reset(t)
			}
		}
		prepared = true
		if x.ansible != nil {
			x.ansible.prepare(t)
		}
		x.armonic.Start(t, star)
	}
	x.check = func(t *testing.T, port int) {
		for _, h := range hosts[1:] {
			answers(t, hosts[0], h.Address, 80, h.Name)
		}
		answers(t, hosts[1], hosts[0].Address, port, "<h1>web")
	}
	x.report(t, runsTable(t, r, p, "HAProxy on one and nginx on two hosts"), "3")
}

// small measures little work on hosts that have everything but ten files.
func small(t *testing.T, p plan, r *report) {
	if p.ansible {
		t.Setenv("TESTHOSTS_PACKAGES", packages)
	}
	b := runsTable(t, r, p, "Ten files, two packages that are there, one service")
	for _, n := range p.small {
		smallOn(t, p, b, n)
	}
}

func smallOn(t *testing.T, p plan, b *benchreport.Table, n int) {
	hosts := hosttest.Up(t, names("host", n)...)
	d := deployment{pattern: "//Everywhere//small", on: "host1", require: "hosts", hosts: strings.Join(names("host", n), ","), port: "//Small//conf/port"}
	for _, h := range hosts {
		h.Run(t, "apt-get", "install", "-qq", "-y", "nginx", "curl")
		for _, s := range []string{"Installed", "Configured", "Active"} {
			d.states = append(d.states, spec.Path("/"+h.Name+"/Small/"+s))
		}
	}
	x := &runs{plan: p, armonic: newArmonic(t, hosts, d)}
	x.armonic.Start(t, star)
	if p.ansible {
		x.ansible = newAnsible(t, hosts, "small.yml")
		x.ansible.prepare(t)
	}
	x.fresh = func(t *testing.T) {
		x.armonic.Command(t, "state-goto", "//Everywhere/Nowhere", "-J", "host1", "--yes")
		x.armonic.Command(t, "state-goto", "//Small/NotInstalled", "-J", "*", "--yes")
		for _, h := range hosts {
			h.Run(t, "sh", "-c", "rm -f /etc/nginx/conf.d/small*; systemctl restart nginx")
		}
	}
	x.check = func(t *testing.T, port int) {
		for _, h := range hosts {
			h.Run(t, "curl", "-sSf", "--retry", "5", "--retry-connrefused", "http://127.0.0.1:"+itoa(port+9))
		}
	}
	x.report(t, b, itoa(n))
}

// answers waits until a host is answered by another, at a port.
func answers(t testing.TB, from *hosttest.Host, address string, port int, says string) {
	t.Helper()
	out := from.Run(t, "curl", "-sSf", "--retry", "10", "--retry-connrefused", "--retry-delay", "1", "http://"+address+":"+itoa(port)+"/")
	if !strings.Contains(out, says) {
		t.Fatalf("%s:%d says %q, want %q", address, port, out, says)
	}
}
