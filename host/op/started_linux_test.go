package op_test

import (
	"os"
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
)

// What is mounted is so again after a boot, is changed in place, and is gone when undone, with
// its directory, whatever is in it.
func TestMountsOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	before := state(t) + sh(t, "ls /srv")
	args := op.Arguments{"where": "/srv/my-data", "what": "tmpfs", "type": "tmpfs", "options": "size=1m,mode=0750"}
	mounted := do(t, v, "mount", args)
	if got := sh(t, "findmnt -no FSTYPE,OPTIONS /srv/my-data; stat -c %a /srv/my-data; ls /etc/systemd/system/multi-user.target.wants"); !strings.Contains(got, "size=1024k") ||
		!strings.Contains(got, "750") || !strings.Contains(got, `srv-my\x2ddata.mount`) {
		t.Errorf("it is mounted as %s", got)
	}
	sh(t, "touch /srv/my-data/file")
	args["options"] = "size=2m"
	larger := do(t, v, "mount", args)
	if got := sh(t, "findmnt -no OPTIONS /srv/my-data"); !strings.Contains(got, "size=2048k") {
		t.Errorf("changed it is mounted as %s", got)
	}
	larger()
	sh(t, "touch /srv/my-data/file")
	over := view.NewOverlay(v)
	put(t, over, `service srv-my\x2ddata.mount`, view.Object{Kind: view.Service, Content: "disabled, stopped"})
	if names, err := over.List("/srv/my-data"); err != nil || len(names) > 0 {
		t.Errorf("when it is not mounted any more it would have %v, %v", names, err)
	}
	mounted()
	if got := state(t) + sh(t, "ls /srv"); got != before {
		t.Errorf("it is not as it was:\n%s", difference(before, got))
	}
	do(t, v, "mount", args)
	args["present"] = op.False
	do(t, v, "mount", args)
	if got := sh(t, "findmnt /srv/my-data || ls -A /srv/my-data"); got != "" {
		t.Errorf("removed it has %s", got)
	}
	fails(t, v, "mount", op.Arguments{"where": "/srv/none", "what": "/dev/none", "type": "ext4"}, "cannot start srv-none.mount", "/dev/none")
}

// A timer runs its program, as its user and with its arguments as they are.
func TestTimersOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	before := state(t)
	args := op.Arguments{"name": "hourly-note", "command": "/bin/sh\n-c\nprintf '%s|' \"$@\" $(id -un) >/tmp/note\nsh\na $HOME \"b\" %n\nc\\d", "calendar": "hourly", "user": "nobody", "delay": "5min"}
	timer := do(t, v, "timer", args)
	if got := sh(t, "systemctl list-timers --no-legend hourly-note.timer; systemctl is-enabled hourly-note.timer"); !strings.Contains(got, "hourly-note.service") || !strings.HasSuffix(got, "enabled") {
		t.Errorf("it is %s", got)
	}
	if got := sh(t, "systemctl start hourly-note.service; cat /tmp/note"); got != `a $HOME "b" %n|c\d|nobody|` {
		t.Errorf("it runs with %s", got)
	}
	args["calendar"] = "*-*-* 04:30"
	at := do(t, v, "timer", args)
	if got := sh(t, "systemctl list-timers --no-legend hourly-note.timer"); !strings.Contains(got, " 04:3") {
		t.Errorf("changed it is %s", got)
	}
	at()
	timer()
	sameState(t, before)
	args["calendar"] = "every full moon"
	fails(t, v, "timer", args, "is no calendar of systemd", "every full moon")
	fails(t, v, "timer", op.Arguments{"name": "fstrim", "command": "true", "calendar": "daily"}, "fstrim.service is a unit of a package")
}

// A table of the firewall is loaded as a whole, beside those of others, and is gone when
// undone; what is no rule changes nothing.
func TestFirewallOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	sh(t, "systemctl start nftables; nft add table inet theirs; nft add chain inet theirs c")
	before := state(t) + sh(t, "nft -s list ruleset")
	args := op.Arguments{"name": "web", "rules": "chain input {\n\ttype filter hook input priority 0; policy accept;\n\ttcp dport { 80, 443 } accept # both\n}\n"}
	web := do(t, v, "firewall", args)
	isLoaded := func(want string) {
		t.Helper()
		if got := sh(t, "nft list table inet web; nft list tables"); !strings.Contains(got, want) || !strings.Contains(got, "inet theirs") {
			t.Errorf("it is %s", got)
		}
	}
	isLoaded("tcp dport { 80, 443 } accept")
	args["rules"] = "set open {\n\ttype inet_service\n\telements = { 8080 }\n}\nchain input {\n\ttype filter hook input priority 0; policy accept;\n\ttcp dport @open accept\n}"
	other := do(t, v, "firewall", args)
	sh(t, "systemctl restart nftables; timeout 60 sh -c 'until nft list table inet web; do sleep 0.1; done' 2>&1") // it removes all tables
	sh(t, "nft add table inet theirs; nft add chain inet theirs c")
	isLoaded("elements = { 8080 }")
	sh(t, "nft delete table inet web")
	do(t, v, "firewall", args)
	isLoaded("elements = { 8080 }")
	args["rules"] = "chain input {\n\ttcp dport 80 acept\n}"
	text, _, changes := plan("firewall", args, v)
	if _, err := op.Check(t.Context(), v, changes...); err == nil || !strings.Contains(err.Error(), "acept") {
		t.Errorf("%s: rules that are none: %v", text, err)
	}
	other()
	must(t, v.Act(t.Context(), view.Reload, "nftables-web"))
	web()
	if got := state(t) + sh(t, "nft -s list ruleset"); got != before {
		t.Errorf("it is not as it was:\n%s", difference(before, got))
	}
}

// A table lets in what services say that they listen at, and no more when they do not.
func TestFirewallLetsInWhatListens(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	before := state(t) + sh(t, "nft -s list ruleset")
	nginx := do(t, v, "listens", op.Arguments{"name": "nginx", "tcp": "80\n443"}) // before there is a firewall
	wall := do(t, v, "firewall", op.Arguments{"name": "wall", "rules": "chain input {\n\ttype filter hook input priority 0; policy accept;\n\t" + view.IncludeListens + "\n}\n"})
	ssh := do(t, v, "listens", op.Arguments{"name": "ssh", "tcp": "22"})
	isOpen := func(want string) {
		t.Helper()
		if got := sh(t, "nft -s list table inet wall | grep -o 'comment.*' | xargs"); strings.TrimSpace(got) != want {
			t.Errorf("the rules are of %s, want %s", got, want)
		}
	}
	isOpen("comment nginx comment ssh")
	again := do(t, v, "listens", op.Arguments{"name": "nginx", "tcp": "8080"})
	if got := sh(t, "nft list table inet wall"); !strings.Contains(got, "tcp dport 8080 accept") || strings.Contains(got, "443") {
		t.Errorf("it is %s", got)
	}
	again()
	ssh()
	isOpen("comment nginx")
	wall()
	nginx()
	if got := state(t) + sh(t, "nft -s list ruleset"); got != before {
		t.Errorf("it is not as it was:\n%s", difference(before, got))
	}
}

// A setting of the kernel is set at once and written down.
func TestSysctlOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	before := state(t) + sh(t, "sysctl -n net.ipv4.ip_forward net.ipv4.tcp_rmem")
	forward := do(t, v, "sysctl", op.Arguments{"name": "net.ipv4.ip_forward", "value": "1"})
	rmem := do(t, v, "sysctl", op.Arguments{"name": "net.ipv4.tcp_rmem", "value": "4096 131072 6000000"})
	if got := sh(t, "sysctl -n net.ipv4.ip_forward net.ipv4.tcp_rmem; cat /etc/sysctl.d/90-net*"); got != "1\n4096\t131072\t6000000\nnet.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096 131072 6000000" {
		t.Errorf("%s", got)
	}
	rmem()
	forward()
	if got := state(t) + sh(t, "sysctl -n net.ipv4.ip_forward net.ipv4.tcp_rmem"); got != before {
		t.Errorf("it is not as it was:\n%s", difference(before, got))
	}
	fails(t, v, "sysctl", op.Arguments{"name": "net.ipv4.ip_forward", "value": "x"}, "cannot set net.ipv4.ip_forward")
	fails(t, v, "sysctl", op.Arguments{"name": "net.ipv4.no_such_thing", "value": "1"}, "the kernel has no setting net.ipv4.no_such_thing")
}

// A key lets its owner in, whoever may read the file.
func TestAuthorizedKeysOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	sh(t, "useradd -m -s /bin/bash ann; ssh-keygen -q -t ed25519 -N '' -f /root/key; mkdir -p /run/sshd; systemctl start ssh")
	before := state(t) + sh(t, "ls -lAn /home/ann")
	key, err := os.ReadFile("/root/key.pub")
	must(t, err)
	const login = `ssh -i /root/key -o BatchMode=yes -o StrictHostKeyChecking=no ann@127.0.0.1 'echo $USER in' 2>&1 || true`
	if got := sh(t, login); strings.HasSuffix(got, "ann in") {
		t.Fatalf("without the key it is %s", got)
	}
	added := do(t, v, "authorized_key", op.Arguments{"user": "ann", "key": string(key)})
	if got := sh(t, "stat -c '%a %U:%G' /home/ann/.ssh /home/ann/.ssh/authorized_keys;"+login); !strings.HasPrefix(got, "700 ann:ann\n600 ann:ann\n") || !strings.HasSuffix(got, "\nann in") {
		t.Errorf("with the key it is %s", got)
	}
	limited := do(t, v, "authorized_key", op.Arguments{"user": "ann", "key": string(key), "options": `command="echo only this"`})
	if got := sh(t, login); !strings.HasSuffix(got, "only this") {
		t.Errorf("with options it is %s", got)
	}
	gone := do(t, v, "authorized_key", op.Arguments{"user": "ann", "key": string(key), "present": op.False})
	if got := sh(t, login); strings.HasSuffix(got, "this") {
		t.Errorf("without the key it is %s", got)
	}
	gone()
	limited()
	added()
	if got := state(t) + sh(t, "ls -lAn /home/ann"); got != before {
		t.Errorf("it is not as it was:\n%s", difference(before, got))
	}
}
