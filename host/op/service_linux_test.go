package op_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
)

func isContent(t *testing.T, v view.View, key, want string) {
	t.Helper()
	if is, err := v.Get(key); err != nil || is.Content != want {
		t.Errorf("%s is %q, want %q, error %v", key, is.Content, want, err)
	}
}

// A service is started, stopped, enabled and disabled, and all is as before when undone.
func TestServicesOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	sh(t, "apt-get install -y -q nginx redis-server")
	isContent(t, v, "service nginx", "enabled, running")
	before := state(t)
	stopped := do(t, v, "service", op.Arguments{"name": "nginx", "running": op.False, "enabled": op.False})
	isContent(t, v, "service nginx", "disabled, stopped")
	enabled := do(t, v, "service", op.Arguments{"name": "nginx", "enabled": op.True})
	isContent(t, v, "service nginx", "enabled, stopped")
	started := do(t, v, "service", op.Arguments{"name": "nginx.service", "running": op.True})
	isContent(t, v, "service nginx", "enabled, running")
	redis := do(t, v, "service", op.Arguments{"name": "redis-server", "enabled": op.False}) // with an alias
	isContent(t, v, "service redis-server", "disabled, running")
	redis()
	started()
	enabled()
	stopped()
	sameState(t, before)

	pid := sh(t, "systemctl show -P MainPID nginx")
	if err := v.Act(t.Context(), view.Reload, "nginx"); err != nil || sh(t, "systemctl show -P MainPID nginx") != pid {
		t.Errorf("reload: %v", err)
	}
	if err := v.Act(t.Context(), view.Restart, "nginx"); err != nil || sh(t, "systemctl show -P MainPID nginx") == pid {
		t.Errorf("restart: %v", err)
	}
	sh(t, "echo nonsense >/etc/nginx/conf.d/x.conf")
	if err := v.Act(t.Context(), view.Reload, "nginx"); err == nil || !strings.Contains(err.Error(), "expecting") {
		t.Errorf("reload of a broken configuration: %v", err)
	}
	isContent(t, v, "service nginx", "enabled, running")
	sh(t, "systemctl stop nginx")
	fails(t, v, "service", op.Arguments{"name": "nginx", "running": op.True}, "cannot start nginx.service: a program of it failed", "expecting")
	isContent(t, v, "service nginx", "enabled, failed")
	sh(t, "rm /etc/nginx/conf.d/x.conf")
	if err := v.Act(t.Context(), view.Reload, "nginx"); err != nil {
		t.Errorf("reload of a failed one: %v", err)
	}
	isContent(t, v, "service nginx", "enabled, failed")
	if err := v.Act(t.Context(), view.Restart, "nginx"); err != nil {
		t.Errorf("restart of a failed one: %v", err)
	}
	isContent(t, v, "service nginx", "enabled, running")
	sh(t, "systemctl stop nginx")
	if err := v.Act(t.Context(), view.Restart, "nginx"); err != nil {
		t.Errorf("restart of a stopped one: %v", err)
	}
	isContent(t, v, "service nginx", "enabled, stopped")
	sh(t, "systemctl mask nginx")
	fails(t, v, "service", op.Arguments{"name": "nginx", "running": op.True}, "is masked")
	sh(t, "systemctl unmask nginx; systemctl start nginx")
	undo := do(t, v, "service", op.Arguments{"name": "nginx", "running": op.False, "enabled": op.False})
	sh(t, "apt-get purge -y -q nginx nginx-common")
	isContent(t, v, "service nginx", "")
	put(t, v, "service nginx", view.Object{Kind: view.Service, Content: "disabled, stopped"}) // moot
	_ = undo
	fails(t, v, "service", op.Arguments{"name": "nginx", "running": op.True}, "there is no service nginx")
	do(t, v, "service", op.Arguments{"name": "nginx", "running": op.False})
}

// A unit that does not come up is reported with the end of its journal, whatever the job's
// result says; and it can be undone.
func TestUnitsOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	before := state(t)
	for _, c := range []struct {
		name, service string
		want          []string // of the error; nil if it comes up
		is            string
	}{
		{"exits", "ExecStart=/bin/sh -c 'echo i am going; exit 3'\n[Unit]\nStartLimitBurst=1\nStartLimitIntervalSec=1h", []string{"it ended with code 3", "i am going"}, "disabled, failed"},
		{"later", "ExecStart=/bin/sh -c 'sleep 0.5; echo i am gone; exit 4'", []string{"it ended with code 4", "i am gone"}, "disabled, failed"},
		{"done", "ExecStart=/bin/true", []string{"it ended at once"}, "disabled, stopped"},
		{"missing", "ExecStart=/nowhere/x", []string{"its program /nowhere/x could not be run (status 203)"}, "disabled, failed"},
		{"exec", "Type=exec\nExecStart=/nowhere/x", []string{"could not be run (status 203)"}, "disabled, failed"},
		{"loop", "Restart=always\nExecStart=/bin/sh -c 'echo again; sleep 0.1; exit 5'", []string{"it ended with code 5", "again"}, "*"},
		{"quick", "Restart=always\nRestartSec=0\nStartLimitIntervalSec=0\nExecStart=/bin/sh -c 'sleep 0.1; exit 5'", []string{"cannot start"}, "*"},
		{"killed", "ExecStart=/bin/sh -c 'kill -9 $$$$'", []string{"it was ended by signal 9"}, "disabled, failed"},
		{"slow", "Type=notify\nTimeoutStartSec=1\nExecStart=/bin/sleep 60", []string{"it took too long"}, "disabled, failed"},
		{"bad", "ExecStart=", []string{"has an error"}, "*"},
		{"runs", "ExecStart=/bin/sleep 1000", nil, "disabled, running"},
		{"ready", "Type=notify\nNotifyAccess=all\nExecStart=/bin/sh -c 'sleep 0.2; systemd-notify --ready; exec sleep 1000'", nil, "disabled, running"},
		{"once", "Type=oneshot\nExecStart=/bin/true", nil, "disabled, idle"},
		{"stays", "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true", nil, "disabled, running"},
		{"never", "ExecStart=/bin/sleep 1000\n[Unit]\nConditionPathExists=/nowhere", []string{"unmet condition check"}, "disabled, stopped"},
		{"oncefails", "Type=oneshot\nExecStart=/bin/sh -c 'echo no; exit 6'", []string{"it ended with code 6", "no"}, "disabled, failed"},
	} {
		removeUnit := do(t, v, "unit", op.Arguments{"name": c.name + ".service", "content": "[Service]\n" + c.service + "\n[Install]\nWantedBy=multi-user.target\nAlso=\n"})
		key, args := "service "+c.name, op.Arguments{"name": c.name, "running": op.True}
		was, err := v.Get(key)
		must(t, err)
		if c.want == nil {
			_, _, changes := plan("service", args, v)
			apply(t, v, changes[0])
			started := func() { put(t, v, key, was) }
			isContent(t, v, key, c.is)
			enabled := do(t, v, "service", op.Arguments{"name": c.name, "enabled": op.True})
			enabled()
			started()
		} else {
			for range 3 { // more than systemd allows it
				fails(t, v, "service", args, c.want...)
				if c.name != "exits" {
					break
				}
			}
			if c.is != "*" {
				isContent(t, v, key, c.is)
			}
			put(t, v, key, was)
			if is, err := v.Get(key); err != nil || !view.Same(was, is) {
				t.Errorf("%s undone: %v, was %v, error %v", c.name, is, was, err)
			}
		}
		removeUnit()
		isContent(t, v, key, "")
		put(t, v, key, was) // moot
	}
	sameState(t, before)
}

// A drop-in counts at once, though systemd does not say that its units have to be read.
func TestADropInOfAUnit(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	before := state(t)
	unit := do(t, v, "unit", op.Arguments{"name": "app.service", "content": "[Service]\nExecStart=/bin/sleep 1000\n"})
	started := do(t, v, "service", op.Arguments{"name": "app", "running": op.True})
	isContent(t, v, "service app", "static, running")
	fails(t, v, "service", op.Arguments{"name": "app", "enabled": op.True}, "it is static")
	dropIn := do(t, v, "unit", op.Arguments{"name": "app.service.d/x.conf", "content": "[Service]\nEnvironment=A=1\n"})
	if got := sh(t, "systemctl show -P Environment app"); got != "A=1" {
		t.Errorf("the environment is %q", got)
	}
	if err := v.Act(t.Context(), view.Reload, "app"); err == nil || !strings.Contains(err.Error(), "cannot be reloaded") {
		t.Errorf("reload: %v", err)
	}
	dropIn()
	if got := sh(t, "systemctl show -P Environment app"); got != "" {
		t.Errorf("the environment is still %q", got)
	}
	started()
	unit()
	sameState(t, before)
}

// A script of /etc/init.d is started at boot by links that systemd does not make.
func TestAScriptInInitD(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	sh(t, `printf '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: old\n# Required-Start:\n# Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n### END INIT INFO\ncase $1 in start) sleep 1000 >/dev/null 2>&1 & ;; esac\n' >/etc/init.d/old
		chmod 755 /etc/init.d/old; systemctl daemon-reload`)
	before := state(t)
	isContent(t, v, "service old", "sysv-unlinked, stopped")
	enabled := do(t, v, "service", op.Arguments{"name": "old", "enabled": op.True, "running": op.True})
	isContent(t, v, "service old", "sysv-enabled, running")
	disabled := do(t, v, "service", op.Arguments{"name": "old", "enabled": op.False})
	isContent(t, v, "service old", "sysv-disabled, running")
	disabled()
	isContent(t, v, "service old", "sysv-enabled, running")
	enabled()
	sameState(t, before)
}
