package op_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/spec"
)

// machine is the host that a test runs on, and what was said of what is done there.
type machine struct {
	view.Real

	mu   sync.Mutex
	said []string
}

func realMachine(t *testing.T, state string) *machine {
	t.Helper()
	m, h := &machine{}, host.New(state)
	m.Real = view.Real{
		State: state,
		Run: func(ctx context.Context, c spec.Command) (spec.CommandResult, error) {
			return h.Run(ctx, c, nil, func(string) {})
		},
		Say: func(text string) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.said = append(m.said, text)
		},
	}
	return m
}

func (m *machine) hasSaid() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.said, "\n")
}

// change plans and makes changes.
func (m *machine) change(t *testing.T, args op.Arguments) (changes []op.Change, besides []view.Named) {
	t.Helper()
	text, _, changes := plan("packages", args, m.Real)
	if len(changes) == 0 {
		t.Fatalf("%v: nothing is planned: %s", args, text)
	}
	besides, err := op.Apply(t.Context(), m, changes...)
	must(t, err)
	return changes, besides
}

// undo puts back what was before, and removes what came to be besides.
func (m *machine) undo(t *testing.T, changes []op.Change, besides []view.Named) error {
	t.Helper()
	var objects []view.Named
	for _, c := range changes {
		objects = append(objects, view.Named{Key: c.Key, Object: c.Before})
	}
	for _, b := range slices.Backward(besides) {
		if spec.KindOfKey(b.Key) == view.File {
			objects = append(objects, view.Named{Key: b.Key})
		}
	}
	_, err := m.Put(t.Context(), objects...)
	return err
}

func (m *machine) asPlanned(t *testing.T, changes []op.Change) {
	t.Helper()
	for _, c := range changes {
		is, err := m.Get(c.Key)
		must(t, err)
		if !view.Same(c.After, is) || !strings.HasPrefix(c.After.Content, is.Content) {
			t.Errorf("%s is %+v, planned %+v", c.Key, is, c.After)
		}
	}
}

func same(t *testing.T, h *hosttest.Host, before hosttest.Snapshot, when string) {
	t.Helper()
	if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("%s it is not as before:\n%s", when, strings.Join(diff, "\n"))
	}
}

// What was foreseen is what is done, once; undone, the host is as it was.
func TestPackagesAreInstalledAndUndone(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h, m := hosttest.Here(t), realMachine(t, "")
	all := []string{"chrony\nhaproxy\nnginx"}
	if hosttest.Full() {
		all = append(all, "nginx", "haproxy", "chrony", "redis-server")
	}
	for _, names := range all {
		before := h.Snapshot(t)
		args := op.Arguments{"names": names, "data": "remove"}
		foreseen, _, _ := plan("packages", args, view.NewOverlay(m.Real))
		got, _, _ := plan("packages", args, m.Real)
		if foreseen != got {
			t.Errorf("foreseen:\n%s\nplanned:\n%s", foreseen, got)
		}
		changes, besides := m.change(t, args)
		m.asPlanned(t, changes)
		if again, _, _ := plan("packages", args, m.Real); again != "" {
			t.Errorf("the second time: %s", again)
		}
		must(t, m.undo(t, changes, besides))
		same(t, h, before, "after "+strings.ReplaceAll(names, "\n", " and ")+" was undone")
		must(t, m.undo(t, changes, nil))
		t.Logf("%s\nbesides: %v", got, keys(besides))
	}
	t.Log(m.hasSaid())
}

func keys(objects []view.Named) (out []string) {
	for _, o := range objects {
		out = append(out, o.Key)
	}
	return out
}

// Data and logs stay unless it is said that they go; the next installation finds them.
func TestDataIsKept(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h, m := hosttest.Here(t), realMachine(t, "")
	changes, besides := m.change(t, op.Arguments{"names": "nginx\nchrony"})
	h.Write(t, "/var/log/nginx/access.log", "a visitor\n", 0o640)
	must(t, m.undo(t, changes, besides))
	if got := h.Run(t, "cat", "/var/log/nginx/access.log"); got != "a visitor\n" {
		t.Errorf("the log is %q", got)
	}
	if !strings.Contains(m.hasSaid(), "/var/log/nginx") {
		t.Errorf("it said %s", m.hasSaid())
	}
	if left, _ := filepath.Glob("/var/log/.armonic*"); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	m.change(t, op.Arguments{"names": "nginx"})
	text, _, changes := plan("packages", op.Arguments{"names": "nginx-common\nnginx", "present": "False", "purge": "True", "data": "remove"}, m.Real)
	if !strings.Contains(text, "with its data in /var/log/nginx") {
		t.Errorf("the plan is %s", text)
	}
	_, err := op.Apply(t.Context(), m, changes...)
	must(t, err)
	if _, err := os.Stat("/var/log/nginx"); err == nil {
		t.Error("the logs are there still")
	}
}

// Whoever purges packages may be killed when they are gone, and before what is to be done
// after that is done: it is done by who looks at them next.
func TestAnInterruptedPurgeIsFinished(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h := hosttest.Here(t)
	for _, data := range []string{"keep", "remove"} {
		state := t.TempDir()
		m := realMachine(t, state)
		before := h.Snapshot(t)
		changes, besides := m.change(t, op.Arguments{"names": "redis-server", "data": data})
		run := m.Run
		m.Run = func(ctx context.Context, c spec.Command) (spec.CommandResult, error) {
			res, err := run(ctx, c)
			if slices.Contains(c.Argv, "purge") && !slices.Contains(c.Argv, "-s") {
				panic("killed")
			}
			return res, err
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Fatal("nothing was purged")
				}
			}()
			must(t, m.undo(t, changes, besides))
		}()
		if left, _ := filepath.Glob("/var/log/.armonic-kept-redis"); (len(left) > 0) != (data == "keep") {
			t.Errorf("%s: kept %v", data, left)
		}
		m = realMachine(t, state)
		must(t, m.Tidy(t.Context(), "package redis-server"))
		must(t, m.undo(t, changes, besides))
		if data == "keep" {
			if log := h.Run(t, "cat", "/var/log/redis/redis-server.log"); !strings.Contains(log, "Redis") {
				t.Errorf("the log is %q", log)
			}
			h.Run(t, "rm", "-r", "/var/log/redis")
		}
		same(t, h, before, data+": when the purge was finished")
		if left, _ := filepath.Glob(state + "/*.json"); len(left) > 0 {
			t.Errorf("%s: left in the state: %v", data, left)
		}
	}
}

func TestPackagesAreRefused(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h, m := hosttest.Here(t), realMachine(t, "")
	if text, _, _ := plan("packages", op.Arguments{"names": "nginks"}, m.Real); text != "there is no package nginks" {
		t.Errorf("an unknown package: %s", text)
	}
	if text, _, _ := plan("packages", op.Arguments{"names": "nginx=1"}, m.Real); text != "there is no version 1 of the package nginx" {
		t.Errorf("an unknown version: %s", text)
	}
	changes, besides := m.change(t, op.Arguments{"names": "nginx"})
	h.Write(t, "/etc/nginx/conf.d/shop.conf", "# somebody's\n", 0o644)
	err := m.undo(t, changes, besides)
	if spec.KindOf(err) != spec.Conflict || !strings.Contains(err.Error(), "may remove /etc/nginx/conf.d/shop.conf, which no package has brought") {
		t.Errorf("a file of somebody: %v", err)
	}
	must(t, os.Remove("/etc/nginx/conf.d/shop.conf"))
	archive(t, h, "needsnginx", "1", "nginx", "")
	h.Run(t, "dpkg", "-i", "/root/needsnginx_1.deb")
	err = m.undo(t, changes, besides)
	if spec.KindOf(err) != spec.Conflict || !strings.Contains(err.Error(), "cannot be removed, as needsnginx needs it by now") {
		t.Errorf("a package of somebody: %v", err)
	}
	if text, _, _ := plan("packages", op.Arguments{"names": "nginx", "present": "False"}, m.Real); text != "needsnginx would have to go with nginx" {
		t.Errorf("a removal: %s", text)
	}
	h.Run(t, "dpkg", "--purge", "needsnginx")
	for _, c := range changes {
		if is, _ := m.Get(c.Key); !view.Same(c.After, is) {
			t.Errorf("%s is %+v", c.Key, is)
		}
	}
	must(t, m.undo(t, changes, besides))
}

// archive makes a package of its own on the host.
func archive(t *testing.T, h *hosttest.Host, name, version, depends, postinst string) {
	t.Helper()
	control := fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n", name, version)
	if depends != "" {
		control += "Depends: " + depends + "\n"
	}
	dir := "/root/build-" + name
	h.Write(t, dir+"/DEBIAN/control", control, 0o644)
	if postinst != "" {
		h.Write(t, dir+"/DEBIAN/postinst", "#!/bin/sh\n"+postinst+"\n", 0o755)
	}
	h.Run(t, "dpkg-deb", "--build", dir, fmt.Sprintf("/root/%s_%s.deb", name, version))
	h.Run(t, "rm", "-r", dir)
}

func TestAnotherUserOfThePackageManagerIsWaitedFor(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	m := realMachine(t, "")
	held := func(seconds string) *exec.Cmd {
		cmd := exec.Command("python3", "-c", `import fcntl, time
f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX); print("x", flush=True); time.sleep(`+seconds+`)`)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		_, err = out.Read(make([]byte, 1))
		must(t, err)
		return cmd
	}
	_, _, changes := plan("packages", op.Arguments{"names": "hello"}, m.Real)
	cmd := held("600")
	impatient := m.Real
	impatient.LockWait = 300 * time.Millisecond
	_, err := op.Apply(t.Context(), impatient, changes...)
	if spec.KindOf(err) != spec.Timeout || !strings.Contains(err.Error(), fmt.Sprintf("(process %d) has held the lock", cmd.Process.Pid)) || !strings.Contains(err.Error(), "python3") {
		t.Errorf("a lock that is held: %v", err)
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	cmd = held("2")
	_, err = op.Apply(t.Context(), m, changes...)
	must(t, err)
	if !strings.Contains(m.hasSaid(), fmt.Sprintf("(process %d) uses", cmd.Process.Pid)) {
		t.Errorf("it said %q", m.hasSaid())
	}
	m.asPlanned(t, changes)
	_ = cmd.Wait()
}

// A package that somebody left half installed is repaired; one that cannot be is no hindrance.
func TestBrokenPackagesAreRepaired(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h, m := hosttest.Here(t), realMachine(t, "")
	h.Run(t, "sh", "-c", "cd /root && apt-get download hello && dpkg --unpack hello_*.deb")
	m.change(t, op.Arguments{"names": "tree"})
	if is, _ := m.Get("package hello"); !strings.HasSuffix(is.Content, ", manual") || !strings.Contains(m.hasSaid(), "repairing packages that were left half installed: hello (unpacked)") {
		t.Errorf("hello is %+v, it said %q", is, m.hasSaid())
	}
	before := h.Snapshot(t)
	h.Run(t, "sh", "-c", "cd /root && apt-get download redis-server && dpkg --unpack redis-server_*.deb && rm redis-server_*.deb") // what it needs is not there
	if text, _, _ := plan("packages", op.Arguments{"names": "chrony"}, m.Real); !strings.Contains(text, "+ package redis-tools") || !strings.Contains(text, "+ package chrony") {
		t.Errorf("with a broken package the plan is %s", text)
	}
	changes, besides := m.change(t, op.Arguments{"names": "redis-server", "data": "remove"})
	m.asPlanned(t, changes)
	for i := range changes {
		changes[i].Before = view.Object{Content: view.WithData} // not half installed again
	}
	must(t, m.undo(t, changes, besides))
	same(t, h, before, "when what was broken was undone")
	archive(t, h, "hopeless", "1", "", "exit 3")
	_, code, err := h.Try("dpkg", "-i", "/root/hopeless_1.deb")
	if code == 0 || err != nil {
		t.Fatalf("%d, %v", code, err)
	}
	changes, _ = m.change(t, op.Arguments{"names": "redis-server"})
	m.asPlanned(t, changes)
	if !strings.Contains(m.hasSaid(), "still half installed: hopeless (half-configured)") {
		t.Errorf("it said %q", m.hasSaid())
	}
	must(t, m.undo(t, changes, nil))
	if is, _ := m.Get("package redis-server"); is.Kind != view.Nothing {
		t.Errorf("redis-server is %+v", is)
	}
}

// What is installed is not started, if that is wanted; what runs is not hindered.
func TestServicesAreNotStarted(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h, m := hosttest.Here(t), realMachine(t, "")
	changes, besides := m.change(t, op.Arguments{"names": "nginx", "start": "False"})
	if out, _, _ := h.Try("systemctl", "is-enabled", "nginx"); out != "enabled\n" {
		t.Errorf("nginx is %s", out)
	}
	if out, _, _ := h.Try("systemctl", "is-active", "nginx"); out != "inactive\n" {
		t.Errorf("nginx is %s", out)
	}
	if _, err := os.Stat("/usr/sbin/policy-rc.d"); err == nil {
		t.Error("policy-rc.d is left over")
	}
	must(t, m.undo(t, changes, besides))
	h.Write(t, "/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755)
	_, err := op.Apply(t.Context(), m, changes...)
	if spec.KindOf(err) != spec.Conflict {
		t.Errorf("with a policy of somebody: %v", err)
	}
}

// An upgrade can be undone if the old version can be had.
func TestAVersionIsPutBack(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h, m := hosttest.Here(t), realMachine(t, "")
	archive(t, h, "good", "1", "", "")
	archive(t, h, "good", "2", "", "")
	archive(t, h, "old", "1", "", "")
	h.Run(t, "sh", "-c", "mkdir /srv/own && mv /root/good_*.deb /srv/own && cd /srv/own && apt-ftparchive packages . >Packages && "+
		"echo 'deb [trusted=yes] copy:/srv/own ./' >/etc/apt/sources.list.d/own.list && apt-get update && dpkg -i /root/old_1.deb")
	m.change(t, op.Arguments{"names": "good=1"})
	changes, _ := m.change(t, op.Arguments{"names": "good", "version": "2"})
	if got := changes[0].Describe(); got != "~ package good (2, manual, was 1, manual)" {
		t.Errorf("the plan is %s", got)
	}
	must(t, m.undo(t, changes, nil))
	if is, _ := m.Get("package good"); is.Content != "1, manual" {
		t.Errorf("good is %+v", is)
	}
	text, _, _ := plan("packages", op.Arguments{"names": "old", "present": "False"}, m.Real)
	if text != "- package old (was 1, manual); it cannot be taken back: version 1 can not be had any more" {
		t.Errorf("the plan is %s", text)
	}
}

// A source is added with what apt knows of it, and goes again.
func TestARepositoryIsAdded(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h, m := hosttest.Here(t), realMachine(t, "")
	archive(t, h, "good", "1", "", "")
	h.Run(t, "sh", "-c", "mkdir /srv/own && mv /root/good_*.deb /srv/own && cd /srv/own && apt-ftparchive packages . >Packages && apt-ftparchive release . >Release")
	h.Run(t, "sh", "-c", "sed -i 's/\\[trusted=yes\\]/[trusted=yes allow-insecure=yes]/' /etc/apt/sources.list; echo 'Acquire::AllowInsecureRepositories \"1\"; APT::Get::AllowUnauthenticated \"1\";' >/etc/apt/apt.conf.d/own")
	before := h.Snapshot(t)
	args := op.Arguments{"name": "own", "uris": "copy:/srv/own", "suites": "./"}
	over := view.NewOverlay(m.Real)
	_, _, foreseen := plan("repository", args, over)
	_, err := op.Apply(t.Context(), over, foreseen...)
	must(t, err)
	if text, _, _ := plan("packages", op.Arguments{"names": "good"}, over); text != "what would be installed is known when the repository own was added" {
		t.Errorf("a package of it: %s", text)
	}
	text, _, changes := plan("repository", args, m.Real)
	_, err = op.Apply(t.Context(), m, changes...)
	must(t, err)
	if again, _, _ := plan("repository", args, m.Real); again != "" {
		t.Errorf("the second time: %s", again)
	}
	installed, _ := m.change(t, op.Arguments{"names": "good"})
	must(t, m.undo(t, installed, nil))
	for _, c := range slices.Backward(changes) {
		put(t, m.Real, c.Key, c.Before)
	}
	same(t, h, before, "after "+text)
	_, _, changes = plan("repository", op.Arguments{"name": "bad", "uris": "copy:/srv/nothing", "suites": "./"}, m.Real)
	if _, err := op.Apply(t.Context(), m, changes...); spec.KindOf(err) != spec.Failed || !strings.Contains(err.Error(), "cannot fetch the list of packages of bad") {
		t.Errorf("an address where nothing is: %v", err)
	}
}

// interruptedEnv is where a test that is to be killed keeps its state. It is run by another one.
const interruptedEnv = "ARMONIC_TEST_INTERRUPTED"

// Whoever installs packages may be killed, alone or with the package manager: it can be
// done to its end after that, and undone, and then the host is as it was.
func TestAnInterruptedInstallationIsFinishedAndUndone(t *testing.T) {
	names := "chrony\nhaproxy\nnginx\nredis-server"
	if state := os.Getenv(interruptedEnv); state != "" {
		realMachine(t, state).change(t, op.Arguments{"names": names})
		return
	}
	if !hosttest.Inside(t) {
		return
	}
	h := hosttest.Here(t)
	before := h.Snapshot(t)
	type interruption struct {
		after         string // which status of a package
		whole, finish bool   // the package manager is killed too; it is done to its end before it is undone
	}
	all := []interruption{{noted, true, true}, {"half-configured", true, false}}
	if hosttest.Full() {
		all = append(all, interruption{"unpacked", true, true}, interruption{"", false, false}, interruption{"installed", false, true}, interruption{"half-installed", true, false})
	}
	for _, c := range all {
		state := t.TempDir()
		_, _, planned := plan("packages", op.Arguments{"names": names, "data": "remove"}, realMachine(t, "").Real)
		var broken string
		if c.after == noted {
			broken = noteUnpacked(t, h)
		} else {
			broken = interrupt(t, h, state, c.after, c.whole)
		}
		m := realMachine(t, state)
		var besides []view.Named
		if c.finish {
			var err error
			besides, err = op.Apply(t.Context(), m, planned...)
			must(t, err)
			m.asPlanned(t, planned)
		}
		must(t, m.undo(t, planned, besides))
		t.Logf("%+v left %q: %s", c, broken, m.hasSaid())
		if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
			t.Fatalf("%+v: it is not as before:\n%s", c, strings.Join(diff, "\n"))
		}
	}
}

// noted is the moment at which dpkg has noted that it begins to unpack a package, and was
// killed before it took that into its status: apt does nothing then, and dpkg nothing with
// the package before it is unpacked again.
const noted = "noted"

// noteUnpacked leaves chrony as a dpkg that was killed at that moment would.
func noteUnpacked(t *testing.T, h *hosttest.Host) (broken string) {
	t.Helper()
	h.Run(t, "sh", "-c", `set -e
		apt-get -qq --download-only -y install chrony
		dpkg --unpack /var/cache/apt/archives/chrony_*.deb
		dpkg-query --status chrony | sed 's/^Status: .*/Status: install reinstreq unpacked/' >/var/lib/dpkg/updates/0000`)
	return h.Run(t, "dpkg-query", "-W", "-f", "${db:Status-Abbrev}", "chrony")
}

// interrupt installs packages in another process, and kills it, and the package manager as
// well, once a package is in some state. It gives what dpkg says of it then.
func interrupt(t *testing.T, h *hosttest.Host, state, after string, whole bool) (broken string) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	h.Run(t, "systemd-run", "--unit=actor", "--collect", "--property=KillMode=process", "--setenv="+interruptedEnv+"="+state, "--setenv=ARMONIC_INSIDE_HOST=1",
		self, "-test.run=^"+t.Name()+"$")
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		log, err := os.ReadFile("/var/log/dpkg.log")
		if err == nil && strings.Contains(string(log), "status "+after) && (after != "" || strings.Contains(string(log), "startup archives")) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("no package came to be %s", after)
		}
	}
	h.Run(t, "systemctl", "kill", "--kill-whom=main", "--signal=KILL", "actor")
	if whole {
		h.Run(t, "sh", "-c", "for p in /sys/fs/cgroup/system.slice/armonic-*.scope /sys/fs/cgroup/armonic-*.scope; do [ ! -e $p ] || echo 1 >$p/cgroup.kill; done")
	}
	must(t, os.WriteFile("/var/log/dpkg.log", nil, 0o644))
	broken, _, _ = h.Try("dpkg", "--audit")
	return strings.Join(strings.Fields(broken), " ")
}

// In a preview a package that was put has its files, and others need not install it again.
func TestPackagesInAnOverlay(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	h, m := hosttest.Here(t), realMachine(t, "")
	before := h.Snapshot(t)
	v := view.NewOverlay(m.Real)
	_, _, changes := plan("packages", op.Arguments{"names": "nginx"}, v)
	_, err := op.Apply(t.Context(), v, changes...)
	must(t, err)
	conf, err := v.Get("/etc/nginx/nginx.conf")
	must(t, err)
	dir, err := v.Get("/etc/nginx")
	must(t, err)
	names, err := v.List("/etc/nginx")
	must(t, err)
	service, err := v.Get("service nginx")
	must(t, err)
	if dir.Kind != view.Directory || conf.Kind != view.File || !slices.Contains(names, "nginx.conf") || service.Content != "enabled, running" {
		t.Errorf("the directory is %+v, with %q, the service %+v", dir, names, service)
	}
	if text, _, _ := plan("packages", op.Arguments{"names": "nginx-common\nhaproxy"}, v); !strings.Contains(text, "~ package nginx-common") || !strings.Contains(text, "+ package haproxy") || strings.Contains(text, "package nginx ") {
		t.Errorf("a second step: %s", text)
	}
	same(t, h, before, "after a preview")
	h.Run(t, "umount", "-l", "/srv/repo")
	other := view.NewOverlay(m.Real)
	_, err = op.Apply(t.Context(), other, changes...)
	must(t, err)
	if _, err := other.Get("/etc/nginx"); err == nil || !strings.Contains(err.Error(), "is not known") {
		t.Errorf("without the archive: %v", err)
	}
}
