package op_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
)

// systemSamples are those of operations on services, users and groups.
func systemSamples() []sample {
	type objects = map[string]string
	return []sample{
		{op: "service", args: op.Arguments{"name": "nginx", "running": op.True, "enabled": op.True}, objects: objects{},
			want: "~ service nginx (enabled, running, was disabled, stopped)"},
		{op: "service", args: op.Arguments{"name": "nginx", "running": op.True}, objects: objects{"service nginx": "static, failed"},
			want: "~ service nginx (static, running, was static, failed)"},
		{op: "service", args: op.Arguments{"name": "nginx", "enabled": op.False}, objects: objects{"service nginx": "enabled, running"},
			want: "~ service nginx (disabled, running, was enabled, running)"},
		{op: "service", args: op.Arguments{"name": "nginx"}, objects: objects{"service nginx": "enabled, running"}},
		{op: "service", args: op.Arguments{"name": "once", "running": op.True}, objects: objects{"service once": "static, finished"}},
		{op: "service", args: op.Arguments{"name": "once", "running": op.False}, objects: objects{"service once": "static, finished"}},
		{op: "service", args: op.Arguments{"name": "once", "running": op.False}, objects: objects{"service once": "static, idle"}},
		{op: "service", args: op.Arguments{"name": "once", "running": op.True}, objects: objects{"service once": "static, idle"},
			want: "~ service once (static, running, was static, idle)"},
		{op: "service", args: op.Arguments{"name": "nginx", "running": op.False}, objects: objects{"service nginx": "enabled, failed"}},
		{op: "service", args: op.Arguments{"name": "nginx", "running": op.False}, objects: objects{"service nginx": "enabled, restarting"},
			want: "~ service nginx (enabled, stopped, was enabled, restarting)"},
		{op: "service", args: op.Arguments{"name": "nginx", "enabled": op.True}, objects: objects{"service nginx": "sysv-disabled, stopped"},
			want: "~ service nginx (sysv-enabled, stopped, was sysv-disabled, stopped)"},
		{op: "service", args: op.Arguments{"name": "nginx", "enabled": op.False}, objects: objects{"service nginx": "static, stopped"}},
		{op: "service", args: op.Arguments{"name": "nginx", "enabled": op.True}, objects: objects{"service nginx": "static, stopped"}, want: "cannot be enabled: it is static"},
		{op: "service", args: op.Arguments{"name": "nginx", "running": op.True}, objects: objects{"service nginx": "masked, stopped"}, want: "the service nginx is masked"},
		{op: "service", args: op.Arguments{"name": "nginx", "running": op.False, "enabled": op.False}, objects: objects{"service nginx": "masked, stopped"}},
		{op: "reload", args: op.Arguments{"name": "nginx"}, objects: objects{}, want: "reload nginx"},
		{op: "restart", args: op.Arguments{"name": "nginx"}, objects: objects{}, want: "restart nginx"},
		{op: "reboot", args: op.Arguments{}, objects: objects{}, want: "reboot host"},
		{op: "reboot", args: op.Arguments{"only_if_needed": op.True}, objects: objects{}},
		{op: "unit", args: op.Arguments{"name": "app.service", "content": "[Service]\n"}, objects: objects{},
			want: "+ /etc/systemd/system/app.service (0644 ME)", diff: "@@ -0,0 +1 @@\n+[Service]\n"},
		{op: "unit", args: op.Arguments{"name": "nginx.service.d/x.conf", "content": ""}, objects: objects{},
			want: "+ /etc/systemd/system/nginx.service.d (directory, 0755 ME)\n+ /etc/systemd/system/nginx.service.d/x.conf (0644 ME)"},
		{op: "group", args: op.Arguments{"name": "app"}, objects: objects{}, want: "+ group app (any gid)"},
		{op: "group", args: op.Arguments{"name": "app", "system": op.True, "members": "b\na"}, objects: objects{}, want: "+ group app (any system gid, members a b)"},
		{op: "group", args: op.Arguments{"name": "app", "members": "b"}, objects: objects{"group app": "gid 900, members a"},
			want: "~ group app (gid 900, members a b, was gid 900, members a)"},
		{op: "group", args: op.Arguments{"name": "app", "gid": "900", "members": "a"}, objects: objects{"group app": "gid 900, members a"}},
		{op: "group", args: op.Arguments{"name": "app", "gid": "901"}, objects: objects{"group app": "gid 900, no members"}, want: "the group app has the number 900, not 901"},
		{op: "group", args: op.Arguments{"name": "app", "present": op.False}, objects: objects{"group app": "gid 900, no members"}, want: "- group app (was gid 900, no members)"},
		{op: "user", args: op.Arguments{"name": "app", "system": op.True}, objects: objects{},
			want: "+ group app (any system gid)\n+ user app (any system uid, group app, home /nonexistent, shell /usr/sbin/nologin)"},
		{op: "user", args: op.Arguments{"name": "ann", "groups": "sudo\nadm", "uid": "1500"}, objects: objects{"group sudo": "gid 27, no members", "group adm": "gid 4, no members"},
			want: "+ group ann (any gid)\n+ user ann (uid 1500, group ann, home /home/ann, shell /bin/bash, groups adm sudo)"},
		{op: "user", args: op.Arguments{"name": "ann", "groups": "sudo"}, objects: objects{}, want: "there is no group sudo"},
		{op: "user", args: op.Arguments{"name": "app", "groups": "www", "shell": "/bin/sh", "system": op.True},
			objects: objects{"group www": "gid 7, no members", "group app": "gid 998, no members", "group ssl": "gid 9, members app",
				"user app": "uid 998, gid 998, group app, home /srv, shell /bin/false, groups ssl, comment The app, which is ours"},
			want: "~ user app (uid 998, gid 998, group app, home /srv, shell /bin/sh, groups ssl www, comment The app, which is ours, was uid 998, gid 998, group app, home /srv, shell /bin/false, groups ssl, comment The app, which is ours)"},
		{op: "user", args: op.Arguments{"name": "app", "password": "x", "create_home": op.True},
			objects: objects{"group app": "gid 998, no members", "user app": "uid 998, gid 998, group app, home /srv, shell /bin/false"}},
		{op: "user", args: op.Arguments{"name": "app", "uid": "997"}, objects: objects{"group app": "gid 998, no members", "user app": "uid 998, gid 998, group app, home /srv, shell /bin/false"},
			want: "the user app has the number 998, not 997"},
		{op: "user", args: op.Arguments{"name": "app", "system": op.True}, objects: objects{"group app": "gid 998, no members", "user app": "half made: it was not made to the end"},
			want: "~ user app (any system uid, group app, home /nonexistent, shell /usr/sbin/nologin, was half made: it was not made to the end)"},
		{op: "user", args: op.Arguments{"name": "app", "present": op.False}, objects: objects{"group app": "gid 998, no members", "user app": "uid 998, gid 998, group app, home /srv, shell /bin/false"},
			want: "- user app (was uid 998, gid 998, group app, home /srv, shell /bin/false)\n- group app (was gid 998, no members)"},
	}
}

// A host that needs no reboot gets none, and one gets it once.
func TestARebootIsOwedIfItIsNeeded(t *testing.T) {
	m := view.NewMemory()
	needed := op.Arguments{"only_if_needed": op.True}
	if text, _, _ := plan("reboot", needed, m); text != "" {
		t.Errorf("it is %q without need", text)
	}
	put(t, m, "/run/reboot-required", view.Object{Kind: view.File, Mode: 0o644, Owner: "root", Group: "root"})
	text, _, changes := plan("reboot", needed, m)
	if text != "reboot host" {
		t.Fatalf("it is %q", text)
	}
	over := view.NewOverlay(m)
	put(t, over, changes[0].Key, changes[0].After)
	if text, _, _ := plan("reboot", op.Arguments{}, over); text != "" {
		t.Errorf("the second time it is %q", text)
	}
}

func TestArgumentsOfSystemOperationsAreChecked(t *testing.T) {
	for _, c := range []struct {
		op, want string
		args     op.Arguments
	}{
		{"service", "is no name of a service", op.Arguments{"name": "../x"}},
		{"reload", "is no name of a service", op.Arguments{"name": "-x"}},
		{"unit", "is no name of a unit", op.Arguments{"name": "app"}},
		{"unit", "is no name of a unit", op.Arguments{"name": "../app.service"}},
		{"user", "is no name of a user", op.Arguments{"name": "a:b"}},
		{"user", "is no name of a user", op.Arguments{"name": "x", "groups": "a,b"}},
		{"user", "is no path", op.Arguments{"name": "x", "home": "/a:b"}},
		{"user", `"x" is no uid`, op.Arguments{"name": "x", "uid": "x"}},
		{"user", "newline", op.Arguments{"name": "x", "password": "a\nroot:b"}},
		{"group", `"01" is no gid`, op.Arguments{"name": "x", "gid": "01"}},
	} {
		if got, _, _ := plan(c.op, c.args, view.NewMemory()); !strings.Contains(got, c.want) {
			t.Errorf("%s %v: %s, want %s", c.op, c.args, got, c.want)
		}
	}
}

// What is for making a user is not seen in it.
func TestAPasswordIsNotShown(t *testing.T) {
	m := view.NewMemory()
	text, _, changes := plan("user", op.Arguments{"name": "app", "password": "hunter22", "create_home": op.True}, m)
	if len(changes) != 2 || strings.Contains(text, "hunter22") {
		t.Fatalf("%s", text)
	}
	user := changes[1]
	if a := view.AccountOf(user.After); a.Password != "hunter22" || !a.CreateHome {
		t.Errorf("%+v", a)
	}
	for _, c := range changes {
		apply(t, m, c)
	}
	if is, _ := m.Get(user.Key); is.Target != "" || !view.Same(user.After, is) {
		t.Errorf("it is %+v", is)
	}
}

// A service that a preview cannot know yet is no error, and no guess.
func TestAServiceThatIsYetToCome(t *testing.T) {
	args := op.Arguments{"name": "app", "running": op.True, "enabled": op.True}
	for _, c := range []struct {
		key, content, want string
	}{
		{"package app", "1.0, manual", "~ service app (enabled, running, was unknown, unknown)"},
		{"/etc/systemd/system/app.service", "[Service]\n[Install]\n", "~ service app (enabled, running, was disabled, stopped)"},
		{"/etc/systemd/system/app.service", "[Service]\n", "the service app cannot be enabled: it is static"},
		{"/etc/motd", "", "there is no service app"},
	} {
		v := view.NewOverlay(noServices{view.NewMemory()})
		o := object(v, c.content)
		if strings.HasPrefix(c.key, "package") {
			o = view.Object{Kind: view.Package, Content: c.content}
		}
		put(t, v, c.key, o)
		if got, _, _ := plan("service", args, v); got != c.want {
			t.Errorf("%s: %s, want %s", c.key, got, c.want)
		}
	}
}

// noServices is a host that has no services.
type noServices struct{ *view.Memory }

func (v noServices) Get(key string) (view.Object, error) {
	if strings.HasPrefix(key, "service ") {
		return view.Object{}, nil
	}
	return v.Memory.Get(key)
}
