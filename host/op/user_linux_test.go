package op_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/internal/hosttest"
)

// Users and groups are made, changed and removed, and all is as before when undone.
func TestUsersOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	sh(t, "groupadd -f -g 1777 www; groupadd -f -g 1778 ssl")
	before := state(t)
	group := do(t, v, "group", op.Arguments{"name": "app", "gid": "1600"})
	isContent(t, v, "group app", "gid 1600, no members")
	user := do(t, v, "user", op.Arguments{"name": "app", "system": op.True, "groups": "www", "uid": "600"})
	isContent(t, v, "user app", "uid 600, gid 1600, group app, home /nonexistent, shell /usr/sbin/nologin, groups www")
	more := do(t, v, "user", op.Arguments{"name": "app", "groups": "ssl", "shell": "/bin/sh"})
	isContent(t, v, "user app", "uid 600, gid 1600, group app, home /nonexistent, shell /bin/sh, groups ssl www")
	members := do(t, v, "group", op.Arguments{"name": "ssl", "members": "root"})
	isContent(t, v, "group ssl", "gid 1778, members app root")
	members()
	isContent(t, v, "group ssl", "gid 1778, members app")

	cmd := exec.Command("setpriv", "--reuid=600", "--clear-groups", "sleep", "100")
	must(t, cmd.Start())
	for sh(t, fmt.Sprintf("ps -o uid= -p %d || true", cmd.Process.Pid)) != "600" {
		time.Sleep(10 * time.Millisecond)
	}
	fails(t, v, "user", op.Arguments{"name": "app", "present": op.False}, fmt.Sprintf("process %d (sleep) runs as it", cmd.Process.Pid))
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()

	gone := do(t, v, "user", op.Arguments{"name": "app", "present": op.False})
	isContent(t, v, "user app", "")
	isContent(t, v, "group app", "")
	gone()
	isContent(t, v, "user app", "uid 600, gid 1600, group app, home /nonexistent, shell /bin/sh, groups ssl www")
	more()
	user()
	isContent(t, v, "group app", "gid 1600, no members")
	group()
	sameState(t, before)

	ann := do(t, v, "user", op.Arguments{"name": "ann", "password": "hunter22", "create_home": op.True})
	if got := sh(t, "getent shadow ann | cut -d: -f2 | cut -c1-3; stat -c '%U:%G' /home/ann; ls -A /home/ann; getent passwd ann"); !strings.HasPrefix(got, "$y$") ||
		!strings.Contains(got, "ann:ann") || !strings.Contains(got, ".profile") || strings.Contains(got, "armonic") {
		t.Errorf("ann is\n%s", got)
	}
	hash := sh(t, "getent shadow ann")
	do(t, v, "user", op.Arguments{"name": "ann", "password": "other"})
	if got := sh(t, "getent shadow ann"); got != hash {
		t.Errorf("the password of a user that exists was changed")
	}
	sh(t, "echo hers >/home/ann/file")
	ann()
	if got := sh(t, "stat -c '%u:%g' /home/ann; cat /home/ann/file; getent passwd ann || echo none"); !strings.HasSuffix(got, "hers\nnone") {
		t.Errorf("after the removal: %s", got)
	}
	sh(t, "rm -r /home/ann")
	fails(t, v, "user", op.Arguments{"name": "bob", "groups": "nowhere"}, "there is no group nowhere")
	fails(t, v, "group", op.Arguments{"name": "bob", "members": "nobody1"}, "nobody1")
	put(t, v, "group bob", view.Object{})
	sameState(t, before)
}

// Wherever the making of a user is killed: it is seen, and repaired by doing it again, or
// by undoing it.
func TestAKilledUseradd(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	sh(t, "groupadd -f -g 1777 www")
	before := state(t)
	args := op.Arguments{"name": "app", "groups": "www", "password": "hunter22", "create_home": op.True}
	_, _, changes := plan("user", args, v)
	seen := map[string]int{}
	kills := 12 // each file once, by each program
	if hosttest.Full() {
		kills = 36
	}
	for i := range kills {
		program := []string{"useradd", "userdel"}[i%2]
		apply(t, v, changes[0]) // the group
		argv := []string{"useradd", "-c", "armonic is making it", "-g", "app", "-G", "www", "-d", "/home/app", "-s", "/bin/bash", "-m", "app"}
		if program == "userdel" {
			sh(t, "useradd -c 'armonic is making it' -g app -G www -m app; usermod -c '' app; usermod -g nogroup -d /nonexistent app")
			argv = []string{"userdel", "app"}
		}
		file := []string{"/etc/passwd.lock", "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/subuid"}[i/2%6]
		old, _ := os.Stat(file)
		cmd := exec.Command(argv[0], argv[1:]...)
		must(t, cmd.Start())
		for began := time.Now(); time.Since(began) < 5*time.Second; { // until it has written that one
			if now, err := os.Stat(file); err == nil && !os.SameFile(old, now) {
				break
			}
		}
		if i >= 12 {
			time.Sleep(time.Duration(rand.IntN(3_000)) * time.Microsecond)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		is, err := v.Get("user app")
		must(t, err)
		key := program + ": there"
		if view.HalfMade(is) {
			key = program + ": " + is.Content
		} else if is.Kind == view.Nothing {
			key = program + ": nothing"
		}
		seen[key]++
		if i%5 < 3 {
			put(t, v, "user app", changes[1].After)
			if is, _ := v.Get("user app"); !view.Same(changes[1].After, is) || is.Kind != view.User {
				t.Errorf("%s: done again it is %v", key, is)
			}
		}
		put(t, v, "user app", view.Object{})
		put(t, v, "group app", view.Object{})
		sh(t, "rm -rf /home/app")
		if sameState(t, before); t.Failed() {
			t.Fatalf("%s", key)
		}
	}
	t.Logf("%v", seen)
}
