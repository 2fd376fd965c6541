package actions_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/spec"
)

// killedSystem is a whole host, each of whose changes may be the last: each Put, and each
// program that a Put runs to change something.
type killedSystem struct {
	view.Real
	k *killer
}

func (v killedSystem) Put(ctx context.Context, objects ...view.Named) ([]view.Named, error) {
	v.k.next()
	defer v.k.next()
	return v.Real.Put(ctx, objects...)
}

// killedMachine is a host with such a system.
type killedMachine struct {
	*host.Host
	k *killer
}

func (h killedMachine) System(say func(string)) view.View {
	real := h.Host.System(say).(view.Real) //nolint:forcetypeassert // it is that of this host
	run := real.Run
	real.Run = func(ctx context.Context, c spec.Command) (spec.CommandResult, error) {
		if onlyLooks(c.Argv) {
			return run(ctx, c)
		}
		h.k.next()
		defer h.k.next()
		return run(ctx, c)
	}
	return killedSystem{real, h.k}
}

func onlyLooks(argv []string) bool {
	return slices.Contains(argv, "-s") || slices.Contains([]string{"apt-cache", "journalctl", "dpkg-deb", "unshare"}, argv[0])
}

// operationsOnAHost are what a state changes that is killed at each moment: those that are
// not about files alone.
var operationsOnAHost = []struct {
	name, calls string
	every       int // so many moments one is tried, unless everything is
}{
	{"packages", `ctx.host.packages(["fzdata"], data = "remove")`, 4},
	{"packages whose data stays", `ctx.host.packages(["fzdata"])`, 2},
	{"packages whose service is not started", `ctx.host.packages(["fzdata"], start = False, data = "remove")`, 4},
	{"a repository", `ctx.host.repository("fzown", uris = "copy:/srv/own", suites = "./")`, 1},
	{"a unit and its service", `ctx.host.unit("fz.service", U); ctx.host.service("fz", running = True, enabled = True)`, 3},
	{"a service that is there", `ctx.host.service("ssh", running = False, enabled = False)`, 3},
	{"a user", `ctx.host.user("fzu", system = True, groups = ["games"])`, 3},
	{"a person", `ctx.host.user("fzp", password = "hunter22", shell = "/bin/sh")`, 4},
	{"a group", `ctx.host.group("fzg", system = True, members = ["games"])`, 2},
}

const unitOfATest = `U = "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n"
`

// An agent on a real host is killed before and after everything that it changes, while it
// does operations and while it takes them back. Whenever that is, it can go on, and go back
// to how all was before.
func TestKilledAtEachChangeOfAHost(t *testing.T) {
	if !hosttest.Inside(t) {
		return
	}
	ownPackages(t)
	h := hosttest.Here(t)
	before := h.Snapshot(t)
	for _, o := range operationsOnAHost {
		t.Run(o.name, func(t *testing.T) { killedAtEach(t, unitOfATest+moduleOf(o.calls), o.every) })
	}
	t.Run("packages that another state takes over", takenOver)
	h.Run(t, "rm", "-rf", "/var/lib/fzdata") // the data that stays
	if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("it is not as before:\n%s", strings.Join(diff, "\n"))
	}
	// From here on the whole is not the same: dpkg notes a package that it could not unpack.
	for _, o := range noRoom {
		t.Run(o.name, func(t *testing.T) { without(t, o.mount, unitOfATest+moduleOf(o.calls), o.named) })
	}
}

// noRoom are operations that something is mounted for with which they cannot be done, and
// what the error has to name.
var noRoom = []struct{ name, calls, mount, named string }{
	{"packages on a full disk", `ctx.host.packages(["fzdata"])`, "mount -t tmpfs -o size=16k tmpfs /usr/share/misc", "No space left"},
	{"packages on a read-only disk", `ctx.host.packages(["fzdata"])`, readOnly("/usr/share/misc"), "Read-only file system"},
	{"packages where their database is read-only", `ctx.host.packages(["fzdata"])`, readOnly("/var/lib/dpkg"), "/var/lib/dpkg"},
	{"a repository on a read-only disk", `ctx.host.repository("fzown", uris = "copy:/srv/own", suites = "./")`, readOnly("/var/lib/apt/lists"), "fzown"},
	{"a repository on a full disk", `ctx.host.repository("fzown", uris = "copy:/srv/own", suites = "./")`, "mount -t tmpfs -o size=4k,nr_inodes=3 tmpfs /var/lib/apt/lists", "fzown"},
	{"a unit on a read-only disk", `ctx.host.unit("fz.service", U)`, readOnly("/etc/systemd/system"), "/etc/systemd/system/fz.service"},
	{"a service on a read-only disk", `ctx.host.service("ssh", enabled = False)`, readOnly("/etc/systemd/system"), "ssh"},
	{"a user on a read-only disk", `ctx.host.user("fzu", system = True)`, readOnly("/etc"), "fzu"},
	{"a user on a full disk", `ctx.host.user("fzu", system = True)`, fullEtc, "fzu"},
	{"a group on a read-only disk", `ctx.host.group("fzg", system = True)`, readOnly("/etc"), "fzg"},
	{"a group on a full disk", `ctx.host.group("fzg", system = True)`, fullEtc, "fzg"},
}

// fullEtc puts a copy of /etc in its place, on which there is no room.
const fullEtc = "cp -a /etc /run/etc && mount -t tmpfs -o size=64m tmpfs /etc && cp -a /run/etc/. /etc && rm -r /run/etc && " +
	"! dd if=/dev/zero of=/etc/fill bs=4k 2>/dev/null && test -s /etc/fill && test -d /etc"

func readOnly(dir string) string {
	return "mount --bind " + dir + " " + dir + " && mount -o remount,ro,bind " + dir
}

// without does what cannot be done: the error names what is in the way, and what was done
// before that is taken back.
func without(t *testing.T, mount, text, named string) {
	t.Helper()
	h := hosttest.Here(t)
	before := changeable(t)
	a := newActor(t, text)
	fields := strings.Fields(mount)
	h.Run(t, "sh", "-c", mount)
	err := a.try("On 1")
	h.Run(t, "umount", "-l", fields[len(fields)-1])
	if err == nil || !strings.Contains(a.said.String(), named) {
		t.Errorf("it ended with %v, which does not name %s:\n%s", err, named, a.said)
	}
	a.goes(t, "Off", 0)
	if diff := cmp.Diff(before, changeable(t)); diff != "" {
		t.Errorf("taken back: -before +now\n%s\n%s", diff, a.said)
	}
	a.isDone(t, "taken back")
}

// try has the agent go somewhere, and gives how it ended.
func (a actor) try(to string) error {
	c := exec.Command(os.Args[0], "-test.run=^TestRandomChild$")
	c.Env = append(os.Environ(), "RANDOM_STATE="+a.state, "RANDOM_TO="+to)
	c.Stdout, c.Stderr = a.said, a.said
	return c.Run()
}

// Packages that a state does not want any more, and one below it wants, are of that one from
// then on, with what their scripts made.
func takenOver(t *testing.T) {
	before := changeable(t)
	a := newActor(t, `P = lambda ctx: ctx.host.packages(["fzdata"])
R = [require("r", var("v", int))]
def _low(ctx):
    if ctx.req.r.v == 2: P(ctx)
def _high(ctx):
    if ctx.req.r.v == 1: P(ctx)
lifecycle("App", states = [state("Off"), state("S1", enter = _low, requires = R), state("S2", enter = _high, requires = R)])
`)
	a.goes(t, "S2 1", 0)
	up := changeable(t)
	for _, to := range []string{"S2 2", "S1 2"} {
		a.goes(t, to, 0)
		if diff := cmp.Diff(up, changeable(t)); diff != "" {
			t.Fatalf("to %s: -before +now\n%s\n%s", to, diff, a.said)
		}
	}
	a.goes(t, "Off", 0)
	if diff := cmp.Diff(before, changeable(t)); diff != "" {
		t.Errorf("taken back: -before +now\n%s\n%s", diff, a.said)
	}
}

func moduleOf(calls string) string {
	return "def _on(ctx):\n    " + calls + "\nlifecycle(\"App\", states = [state(\"Off\"), state(\"On\", enter = _on, requires = [require(\"r\", var(\"v\", int))])])\n"
}

// ownPackages makes a repository with a package that has a service, a user, a file and data
// that its scripts make, and removes them when it is purged.
func ownPackages(t *testing.T) {
	t.Helper()
	hosttest.Here(t).Run(t, "sh", "-e", "-c", `mkdir -p /srv/own /run/build/fzdata/DEBIAN /run/build/fzdata/lib/systemd/system /run/build/fzdata/usr/share/misc && cd /run/build
head -c 100000 /dev/zero >fzdata/usr/share/misc/fzdata
printf 'Package: fzdata\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >fzdata/DEBIAN/control
printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' >fzdata/lib/systemd/system/fzdata.service
cat >fzdata/DEBIAN/postinst <<'END'
#!/bin/sh -e
getent passwd fzdata >/dev/null || useradd --system fzdata
mkdir -p /var/lib/fzdata/deep
echo data >/var/lib/fzdata/deep/file
echo made >/etc/fzdata.conf
systemctl daemon-reload
systemctl enable -q fzdata
[ ! -x /usr/sbin/policy-rc.d ] || /usr/sbin/policy-rc.d fzdata start || exit 0
systemctl start fzdata
END
printf '#!/bin/sh -e\n[ "$1" != remove ] || systemctl stop fzdata\n' >fzdata/DEBIAN/prerm
printf '#!/bin/sh -e\nif [ "$1" = purge ]; then rm -rf /var/lib/fzdata; systemctl disable -q fzdata 2>/dev/null || rm -f /etc/systemd/system/multi-user.target.wants/fzdata.service; fi\nsystemctl daemon-reload\n' >fzdata/DEBIAN/postrm
chmod 755 fzdata/DEBIAN/p*
dpkg-deb --build fzdata /srv/own/fzdata.deb
cd /srv/own && apt-ftparchive packages . >Packages && apt-ftparchive release . >Release
mkdir /srv/other && cp /srv/own/* /srv/other
echo 'deb [trusted=yes] copy:/srv/other ./' >/etc/apt/sources.list.d/other.list
echo 'Acquire::AllowInsecureRepositories "1"; APT::Get::AllowUnauthenticated "1";' >/etc/apt/apt.conf.d/own
apt-get -q update`)
}

func killedAtEach(t *testing.T, text string, every int) {
	t.Helper()
	if hosttest.Full() {
		every = 1
	}
	before := changeable(t)
	a := newActor(t, text)
	a.goes(t, "On 1", 0)
	up := changeable(t)
	a.goes(t, "Off", 0)
	compare := func(when, want string) {
		t.Helper()
		if diff := cmp.Diff(unsalted(want), unsalted(changeable(t))); diff != "" {
			t.Fatalf("%s: -want +is\n%s\n%s", when, diff, a.said)
		}
	}
	compare("not killed, and taken back", before)
	points := 0
	for _, down := range []bool{false, true} {
		for n := 1; ; n += every {
			a = newActor(t, text)
			to := "On 1"
			if down {
				a.goes(t, to, 0)
				to = "Off"
			}
			killed := a.killedAt(t, to, n)
			when := fmt.Sprintf("to %s, killed at %d", to, n)
			if killed && (points%2 == 0 || hosttest.Full()) {
				a.goes(t, to, 0)
				if !down {
					compare(when+", gone on", up)
				}
			}
			a.goes(t, "Off", 0)
			compare(when+", gone back", before)
			a.isDone(t, when)
			if !killed {
				break
			}
			points++
		}
	}
	if points < 9/every {
		t.Errorf("only %d points were tried", points)
	}
	t.Logf("killed at %d points", points)
}

func newActor(t *testing.T, text string) actor {
	t.Helper()
	a := actor{state: inMemory(t), said: &strings.Builder{}}
	if err := os.WriteFile(filepath.Join(a.state, "module"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

// killedAt has the agent go somewhere, and be killed before the n-th thing that lasts,
// unless there is none.
func (a actor) killedAt(t *testing.T, to string, n int) bool {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestRandomChild$")
	c.Env = append(os.Environ(), "RANDOM_STATE="+a.state, "RANDOM_TO="+to, "KILL_AT="+strconv.Itoa(n))
	fmt.Fprintf(a.said, "-- to %s, killed at %d\n", to, n)
	c.Stdout, c.Stderr = a.said, a.said
	err := c.Run()
	if ws, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, a.said)
	}
	return false
}

// isDone looks that nothing is left in the state of an agent that has taken all back.
func (a actor) isDone(t *testing.T, when string) {
	t.Helper()
	for _, pattern := range []string{"images/*", "packages/*"} {
		if left, _ := filepath.Glob(filepath.Join(a.state, pattern)); len(left) > 0 {
			t.Errorf("%s: left in the state of the agent: %v\n%s", when, left, a.said)
		}
	}
}

// unsalted are lines of changeable without the content of the file of passwords: each is
// salted.
func unsalted(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.HasSuffix(line, "  ./shadow") })
}
