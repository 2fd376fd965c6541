package op_test

import (
	"testing"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
)

const webRules = "chain input {\n\ttype filter hook input priority 0; policy drop;\n\ttcp dport { 80, 443 } accept # } both\n}\n"

// startedSamples are those of operations that are done by a unit of ours.
func startedSamples() []sample {
	type objects = map[string]string
	const units = view.UnitDirectory + "/"
	data := op.Arguments{"where": "/srv/my-data", "what": "nfs1:/srv/100%", "type": "nfs4", "options": "ro"}
	const dataUnit = "[Unit]\nDescription=nfs1:/srv/100%% on /srv/my-data\n\n[Mount]\nWhat=nfs1:/srv/100%%\nWhere=/srv/my-data\nType=nfs4\nOptions=ro\n\n[Install]\nWantedBy=multi-user.target\n"
	backup := op.Arguments{"name": "backup", "command": "/usr/bin/printf\n%s $PWD\n\"a\\b\"", "calendar": "*-*-* 04:30", "user": "www-data", "delay": "15min"}
	const backupService = "[Unit]\nDescription=backup\n\n[Service]\nType=oneshot\nExecStart=\"/usr/bin/printf\" \"%%s $$PWD\" \"\\\"a\\\\b\\\"\"\nUser=www-data\n"
	const backupTimer = "[Unit]\nDescription=When backup is run\n\n[Timer]\nOnCalendar=*-*-* 04:30\nRandomizedDelaySec=15min\n\n[Install]\nWantedBy=timers.target\n"
	web := op.Arguments{"name": "web", "rules": webRules}
	const webFile = "table inet web\ndelete table inet web\ntable inet web {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\ttcp dport { 80, 443 } accept # } both\n\t}\n}\n"
	return []sample{
		{op: "mount", args: data, objects: objects{},
			want: "+ /srv/my-data (directory, 0755 ME)\n+ " + units + "srv-my\\x2ddata.mount (0644 ME)\n~ service srv-my\\x2ddata.mount (enabled, running, was disabled, stopped)",
			diff: added(dataUnit)},
		{op: "mount", args: data, objects: objects{`service srv-my\x2ddata.mount`: "enabled, running"},
			files: map[string]string{"/srv/my-data": "/", units + `srv-my\x2ddata.mount`: dataUnit}},
		{op: "mount", args: data, objects: objects{`service srv-my\x2ddata.mount`: "enabled, running"},
			files: map[string]string{"/srv/my-data": "/", units + `srv-my\x2ddata.mount`: "x\n"},
			want:  "restart srv-my\\x2ddata.mount\n~ " + units + "srv-my\\x2ddata.mount", diff: "@@ -1 +1,11 @@\n-x\n" + added(dataUnit)[len("@@ -0,0 +1,11 @@\n"):]},
		{op: "mount", args: op.Arguments{"where": "/srv/my-data", "what": "x", "present": op.False}, objects: objects{`service srv-my\x2ddata.mount`: "enabled, running"},
			files: map[string]string{"/srv/my-data": "/", units + `srv-my\x2ddata.mount`: dataUnit},
			want:  "~ service srv-my\\x2ddata.mount (disabled, stopped, was enabled, running)\n- " + units + "srv-my\\x2ddata.mount (file)"},
		{op: "mount", args: op.Arguments{"where": "/srv", "what": "a\nOptions=x"}, objects: objects{}, want: "what is"},
		{op: "mount", args: op.Arguments{"where": `/srv/a\`, "what": "a"}, objects: objects{}, want: "where is"},
		{op: "mount", args: op.Arguments{"where": "/srv", "what": ""}, objects: objects{}, want: "is not said"},
		{op: "timer", args: backup, objects: objects{},
			want: "+ " + units + "backup.service (0644 ME)\n+ " + units + "backup.timer (0644 ME)\n~ service backup.timer (enabled, running, was disabled, stopped)",
			diff: added(backupService) + added(backupTimer)},
		{op: "timer", args: backup, objects: objects{"service backup.timer": "enabled, running"}, files: map[string]string{units + "backup.service": backupService, units + "backup.timer": backupTimer}},
		{op: "timer", args: op.Arguments{"name": "backup", "present": op.False}, objects: objects{"service backup.timer": "enabled, running"},
			files: map[string]string{units + "backup.service": backupService, units + "backup.timer": backupTimer},
			want:  "~ service backup.timer (disabled, stopped, was enabled, running)\n- " + units + "backup.timer (file)\n- " + units + "backup.service (file)"},
		{op: "timer", args: backup, objects: objects{}, files: map[string]string{"/usr/lib": "/", "/usr/lib/systemd": "/", "/usr/lib/systemd/system": "/", "/usr/lib/systemd/system/backup.timer": ""},
			want: "backup.timer is a unit of a package"},
		{op: "timer", args: op.Arguments{"name": "../x", "command": "a", "calendar": "daily"}, objects: objects{}, want: "is no name of a timer"},
		{op: "timer", args: op.Arguments{"name": "x", "calendar": "daily"}, objects: objects{}, want: "has no command"},
		{op: "timer", args: op.Arguments{"name": "x", "command": "a"}, objects: objects{}, want: "has no calendar"},
		{op: "timer", args: op.Arguments{"name": "x", "command": "a", "calendar": "daily\nUnit=b"}, objects: objects{}, want: "calendar is"},
		{op: "timer", args: op.Arguments{"name": "x", "command": "a", "calendar": "daily", "delay": "soon"}, objects: objects{}, want: `"soon" is no time`},
		{op: "firewall", args: web, objects: objects{},
			want: "+ /etc/nftables.d (directory, 0755 ME)\n+ /etc/nftables.d/web.nft (0644 ME)\n+ " + units + "nftables-web.service (0644 ME)\n" +
				"~ service nftables-web (enabled, running, was disabled, stopped)\n+ nftables web (loaded)",
			diff: added(webFile) + added(webUnit)},
		{op: "firewall", args: web, objects: objects{"service nftables-web": "enabled, running", "nftables web": "loaded"},
			files: map[string]string{"/etc/nftables.d": "/", "/etc/nftables.d/web.nft": webFile, units + "nftables-web.service": webUnit}},
		{op: "firewall", args: web, objects: objects{"service nftables-web": "enabled, running", "nftables web": "loaded"},
			files: map[string]string{"/etc/nftables.d": "/", "/etc/nftables.d/web.nft": "", units + "nftables-web.service": webUnit},
			want:  "reload nftables-web\n~ /etc/nftables.d/web.nft", diff: added(webFile)},
		{op: "firewall", args: op.Arguments{"name": "web", "present": op.False}, objects: objects{"service nftables-web": "enabled, running", "nftables web": "loaded"},
			files: map[string]string{"/etc/nftables.d": "/", "/etc/nftables.d/web.nft": webFile, units + "nftables-web.service": webUnit},
			want: "~ service nftables-web (disabled, stopped, was enabled, running)\n- " + units + "nftables-web.service (file)\n" +
				"- /etc/nftables.d/web.nft (file)\n- nftables web (was loaded)"},
		{op: "firewall", args: web, objects: objects{"service nftables-web": "enabled, running"}, // somebody removed it
			files: map[string]string{"/etc/nftables.d": "/", "/etc/nftables.d/web.nft": webFile, units + "nftables-web.service": webUnit}, want: "+ nftables web (loaded)"},
		{op: "listens", args: op.Arguments{"name": "web", "tcp": "80\n443", "udp": "443"}, objects: objects{},
			want: "+ listens web (tcp 80 443, udp 443)"},
		{op: "listens", args: op.Arguments{"name": "web", "tcp": "81"}, objects: objects{"listens web": "tcp 80"}, want: "~ listens web (tcp 81, was tcp 80)"},
		{op: "listens", args: op.Arguments{"name": "web", "tcp": "80"}, objects: objects{"listens web": "tcp 80"}},
		{op: "listens", args: op.Arguments{"name": "web"}, objects: objects{}, want: "web listens at no port"},
		{op: "listens", args: op.Arguments{"name": "web", "tcp": "http"}, objects: objects{}, want: `"http" is no port`},
		{op: "listens", args: op.Arguments{"name": "a/b", "tcp": "1"}, objects: objects{}, want: "is no name for what listens"},
		{op: "firewall", args: op.Arguments{"name": "web", "rules": "} flush ruleset; table inet x {"}, objects: objects{}, want: "close a brace that they have not opened"},
		{op: "firewall", args: op.Arguments{"name": "web", "rules": "chain a { # }\n"}, objects: objects{}, want: "leave a brace or quotes open"},
		{op: "firewall", args: op.Arguments{"name": "web", "rules": `include "/tmp/x"`}, objects: objects{}, want: "include another file"},
		{op: "firewall", args: op.Arguments{"name": "web", "rules": "\n"}, objects: objects{}, want: "has no rules"},
		{op: "firewall", args: op.Arguments{"name": "Web 1", "rules": webRules}, objects: objects{}, want: "is no name of a table"},
	}
}

const webUnit = "[Unit]\nDescription=Table web of the firewall\nDefaultDependencies=no\nWants=network-pre.target\nBefore=network-pre.target shutdown.target\n" +
	"Conflicts=shutdown.target\n# It removes all tables when it starts and stops.\nAfter=nftables.service\nPartOf=nftables.service\n\n[Service]\nType=oneshot\n" +
	"RemainAfterExit=yes\nExecStart=nft -f /etc/nftables.d/web.nft\nExecReload=nft -f /etc/nftables.d/web.nft\nExecStop=-nft delete table inet web\n\n" +
	"[Install]\nWantedBy=sysinit.target nftables.service\n"

// added is the difference of a file that is new.
func added(content string) string {
	_, diff, _ := plan("file", op.Arguments{"path": "/x", "content": content}, view.NewMemory())
	return diff
}

// The name of a unit of type mount is that of its directory, as systemd-escape writes it.
func TestNamesOfMountUnits(t *testing.T) {
	for where, want := range map[string]string{
		"/srv": "srv.mount", "/srv/my-data/x": `srv-my\x2ddata-x.mount`, "/.x/.y": `\x2ex-.y.mount`, "/a b": `a\x20b.mount`, "/é@": `\xc3\xa9\x40.mount`,
	} {
		if got := view.MountUnit(where); got != want {
			t.Errorf("%s: %s, want %s", where, got, want)
		}
	}
}
