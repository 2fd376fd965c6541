package actions_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// randomModule is a lifecycle of three states that do random operations: with the value 1
// of v some, with 2 others. Within a state each key is said once. States share keys, or
// not even directories: one that a higher state made cannot go while a lower one, entered
// again, has something in it.
func randomModule(r *rand.Rand, share, packages bool) string {
	var b strings.Builder
	b.WriteString("U = \"[Unit]\\nDescription=%s\\n[Service]\\nExecStart=/bin/sleep infinity\\nExecReload=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n\"\n")
	for s := 1; s <= 3; s++ {
		for v := 1; v <= 2; v++ {
			fmt.Fprintf(&b, "def _s%d_%d(ctx):\n    pass\n%s", s, v, randomOperations(r, s, share, packages))
		}
		fmt.Fprintf(&b, "def _s%d(ctx):\n    (_s%d_1 if ctx.req.r.v == 1 else _s%d_2)(ctx)\n", s, s, s)
	}
	b.WriteString("lifecycle(\"App\", states = [state(\"Off\")] + [state(\"S%d\" % (i + 1), enter = f, requires = [require(\"r\", var(\"v\", int))]) for i, f in enumerate([_s1, _s2, _s3])])\n")
	return b.String()
}

// randomOperations are lines of a function of the state number s.
func randomOperations(r *rand.Rand, s int, share, packages bool) string {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	n := func() string { return strconv.Itoa(r.IntN(3)) }
	own := ""
	if !share {
		own = fmt.Sprint("s", s)
	}
	id := func() string { return n() + own }
	there := map[string][]string{"": {"/etc/motd", "/etc/issue"}, "s1": {"/etc/motd"}, "s2": {"/etc/issue"}, "s3": {"/etc/debian_version"}}[own]
	file := func() string {
		if r.IntN(4) == 0 {
			return pick(there...)
		}
		return pick("/etc/fz", "/srv/fz", "/opt/fz") + own + pick("/a.conf", "/b.conf", "/sub/dir/c.conf")
	}
	var out []string
	said := map[string]bool{}
	add := func(key, line string) {
		if !said[key] {
			said[key] = true
			out = append(out, line)
		}
	}
	for range 2 + r.IntN(5) {
		f := file()
		draw := r.IntN(18)
		if packages && r.IntN(4) == 0 {
			draw = 12
		}
		switch draw {
		case 0, 1:
			add(f, fmt.Sprintf("ctx.host.file(%q, \"text %s of %d\\n\" * %d, mode = %q)", f, n(), s, 1+r.IntN(3), pick("0644", "0600", "4755")))
		case 2:
			add(f, fmt.Sprintf("ctx.host.line(%q, \"key = %s\", match = \"key = .*\")", f, n()))
		case 3:
			add(f, fmt.Sprintf("ctx.host.block(%q, \"some %s\\nlines\\n\", name = \"s%d\")", f, n(), s))
		case 4:
			f = pick("/etc/fz", "/srv/fz") + own + "/x.ini"
			add(f, fmt.Sprintf("ctx.host.ini(%q, \"section%s\", \"key%d\", %q)", f, n(), s, n()))
		case 5:
			f = pick("/etc/fz", "/srv/fz", "/opt/fz") + own + pick("", "/sub", "/dir")
			add(f, fmt.Sprintf("ctx.host.directory(%q, mode = %q)", f, pick("0755", "0700", "2775")))
		case 6:
			f = pick("/etc/fz", "/srv/fz") + own + "/link"
			add(f, fmt.Sprintf("ctx.host.link(%q, \"target%s\")", f, n()))
		case 7:
			add(f, fmt.Sprintf("ctx.host.absent(%q)", f))
		case 8, 9:
			name := "fz" + id()
			add(name, fmt.Sprintf("if ctx.host.unit(%q, U %% %q): ctx.host.%s(%q)", name+".service", n(), pick("reload", "restart"), name))
			if r.IntN(3) > 0 {
				add("service "+name, fmt.Sprintf("ctx.host.service(%q, running = %s, enabled = %s)", name, pick("True", "False"), pick("True", "False")))
			}
		case 10:
			name := "fzu" + id()
			add("user "+name, fmt.Sprintf("ctx.host.user(%q, system = True, shell = %q, groups = %s)", name, pick("/bin/sh", "/usr/sbin/nologin"), pick("[]", `["games"]`, `["games", "mail"]`)))
		case 11:
			name := "fzg" + id()
			add("group "+name, fmt.Sprintf("ctx.host.group(%q, system = True, members = %s)", name, pick("[]", `["games"]`, `["games", "mail"]`)))
		case 12:
			if packages {
				add("packages", fmt.Sprintf("ctx.host.packages([%q], data = %q)", pick("redis-server", "redis-server", "hello", "tree"), pick("keep", "remove")))
				continue
			}
			if !share { // where a command is run, nothing is known to be obsolete when it is entered again
				continue
			}
			f = "/srv/made" + id()
			add(f, fmt.Sprintf("ctx.host.run([\"touch\", %q], creates = %q, undo = [\"rm\", \"-f\", %q])", f, f, f))
		case 13:
			f = "/srv/fzm" + id()
			add(f, fmt.Sprintf("ctx.host.mount(%q, \"tmpfs\", type = \"tmpfs\", options = \"mode=0750,size=%sm\")", f, pick("1", "2")))
		case 14:
			name := "fzt" + id()
			add(name, fmt.Sprintf("ctx.host.timer(%q, command = [\"/bin/true\", %q], calendar = %q)", name, n(), pick("daily", "*-*-* 04:30")))
		case 15:
			name := "fzw" + id()
			add(name, fmt.Sprintf("ctx.host.firewall(%q, \"chain c {\\n%s\\ntcp dport 8%s accept\\n}\")", name, strings.ReplaceAll(view.IncludeListens, `"`, `\"`), n()))
		case 16:
			name := pick(map[string][]string{"": {"time", "intvl"}, "s1": {"time"}, "s2": {"intvl"}, "s3": {"probes"}}[own]...)
			add(name, fmt.Sprintf("ctx.host.sysctl(\"net.ipv4.tcp_keepalive_%s\", \"6%s\")", name, n()))
		case 17:
			name := "fzl" + id()
			add(name, fmt.Sprintf("ctx.host.listens(%q, tcp = [80%s], udp = [%s])", name, n(), pick("", "53")))
		}
	}
	return "    " + strings.Join(out, "\n    ") + "\n"
}

// TestRandomChild is the agent of the next test: it goes where RANDOM_TO says, and is killed
// before the thing that lasts of which KILL_AT is the number.
func TestRandomChild(t *testing.T) {
	state, to := os.Getenv("RANDOM_STATE"), os.Getenv("RANDOM_TO")
	if state == "" {
		return // it is a part of the next test
	}
	text, err := os.ReadFile(filepath.Join(state, "module"))
	if err != nil {
		t.Fatal(err)
	}
	at, _ := strconv.Atoi(os.Getenv("KILL_AT")) // 0: not at all
	k := &killer{at}
	set, err := modules.Config{Machine: killedMachine{host.New(state), k}}.Load(source(map[string]string{"a.star": string(text)}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: killedJournal{openJournal(t, state), k}, Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	name, v, _ := strings.Cut(to, " ")
	value, _ := strconv.Atoi(v)
	q := spec.RouteQuery{Provide: spec.MakePath("h", "App", name)}
	if value == 2 {
		q.Again = e.Applied()
	}
	route, err := e.Route(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for i := range route.Steps {
		if s := &route.Steps[i]; s.Action == spec.Enter {
			s.Requires, s.Inputs = nil, spec.Inputs{"r": {{"v": value}}}
		}
	}
	ready, err := e.Prepare(t.Context(), spec.Work{Lifecycle: "App", From: route.From, Steps: route.Steps})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range ready {
		fmt.Println("step", route.Steps[i].Name())
		_, err := e.Execute(t.Context(), "run", p, lifecycle.Sink{Last: i == len(ready)-1, Log: func(_ spec.Level, text string) { fmt.Println("  " + text) }})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// actor is the agent of a host, which is a process that may be killed.
type actor struct {
	state string
	said  *strings.Builder // what all of them said
}

// goes has it go somewhere: "S3 1" is state S3, entered with 1. After a time it is killed,
// if that is not 0.
func (a actor) goes(t *testing.T, to string, kill time.Duration) (killed bool, took time.Duration) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestRandomChild$")
	c.Env = append(os.Environ(), "RANDOM_STATE="+a.state, "RANDOM_TO="+to)
	fmt.Fprintf(a.said, "-- to %s, killed after %v\n", to, kill)
	c.Stdout, c.Stderr = a.said, a.said
	began := time.Now()
	c.WaitDelay = time.Second // what it left running may hold its output
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if kill > 0 {
		defer time.AfterFunc(kill, func() { _ = c.Process.Signal(syscall.SIGKILL) }).Stop()
	}
	err := c.Wait()
	took = time.Since(began)
	if ws, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL {
		return true, took
	}
	if err != nil {
		t.Fatalf("to %s: %v\n%s", to, err, a.said)
	}
	return false, took
}

// Random operations on a real host, by an agent that is killed at random: whenever that is,
// it can go on, and then all is as if it had not been killed; and it can go back, and then
// all is as before. ARMONIC_RANDOM_FOR says how long; then the operations are others each
// time, unless ARMONIC_SEED says which.
func TestRandomOperationsAreCompletedAndUndone(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	seed, left := uint64(1), 20*time.Second
	if long, err := time.ParseDuration(os.Getenv("ARMONIC_RANDOM_FOR")); err == nil {
		seed, left = uint64(rand.Uint32()), long
	}
	if given, err := strconv.ParseUint(os.Getenv("ARMONIC_SEED"), 10, 64); err == nil {
		seed = given
	}
	h := hosttest.Up(t, "host1")[0]
	const most = 5 * time.Minute // a test on a host is not to take 10
	for ; left > 0; left -= most {
		t.Logf("ARMONIC_SEED=%d", seed)
		h.RunTest(t, "TestRandomRounds", fmt.Sprint("ARMONIC_SEED=", seed), "ARMONIC_RANDOM_FOR="+min(left, most).String())
		seed += 1000
	}
}

// TestRandomRounds is the part of it that runs on the host.
func TestRandomRounds(t *testing.T) {
	limit, err := time.ParseDuration(os.Getenv("ARMONIC_RANDOM_FOR"))
	if err != nil || flag.Lookup("test.run").Value.String() != "^TestRandomRounds$" {
		return // it is not on a host
	}
	seed, err := strconv.ParseUint(os.Getenv("ARMONIC_SEED"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	hosttest.Here(t).Run(t, "mkdir", "-p", "/etc/nftables.d") // see randomModule
	rounds, before := 0, hosttest.Here(t).Snapshot(t)
	for end := time.Now().Add(limit); rounds == 0 || time.Now().Before(end); seed++ {
		randomRound(t, seed)
		rounds++
		if rounds%5 != 0 && time.Now().Before(end) {
			continue // looking at all of the host takes some seconds
		}
		h := hosttest.Here(t)
		h.Run(t, "rm", "-rf", "/var/lib/redis", "/var/log/redis") // data that is kept
		if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
			t.Fatalf("up to ARMONIC_SEED=%d: undone it is not as before:\n%s", seed, strings.Join(diff, "\n"))
		}
	}
	t.Logf("%d rounds", rounds)
}

// randomRound does one random lifecycle: all the way, and back, with and without being
// killed.
func randomRound(t *testing.T, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	share := r.IntN(2) == 0
	text := randomModule(r, share, seed%3 == 0) // packages take long
	a := newActor(t, text)
	compare := func(what, want string) {
		t.Helper()
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(changeable(t), "\n")); diff != "" {
			t.Fatalf("ARMONIC_SEED=%d: %s:\n%s\n%s\n%s", seed, what, diff, text, a.said)
		}
	}
	defer func() {
		if t.Failed() {
			t.Logf("ARMONIC_SEED=%d\n%s", seed, text)
		}
	}()
	before := changeable(t)
	targets := []string{"S3 1"}
	if !share {
		targets = append(targets, "S3 2")
	}
	var took []time.Duration
	for _, to := range targets {
		_, d := a.goes(t, to, 0)
		took = append(took, d)
	}
	up := changeable(t)
	a.goes(t, targets[len(targets)-1], 0)
	compare("done twice it is not the same", up)
	_, back := a.goes(t, "Off", 0)
	compare("undone it is not as before", before)
	for range 2 {
		for i, to := range targets {
			for range 1 + r.IntN(2) {
				if killed, _ := a.goes(t, to, at(r, took[i])); !killed {
					break
				}
			}
			if r.IntN(3) == 0 {
				break
			}
			a.goes(t, to, 0)
			if i == len(targets)-1 {
				compare("gone on after it was killed it is not the same", up)
			}
		}
		a.goes(t, "Off", at(r, back))
		a.goes(t, "Off", 0)
		compare("gone back after it was killed it is not as before", before)
	}
}

// changeable is how the host is where the operations change it: files, users, groups, packages
// and services, a line each. Which packages count as installed by hand is left out: an agent
// that is killed in between leaves that of dependencies as apt has it.
func changeable(t *testing.T) string {
	t.Helper()
	return hosttest.Here(t).Run(t, "sh", "-c", `cd /etc && find . /srv /opt -path /srv/repo -prune -o ! -name '*-' -printf '%p %M %u:%g %l\n' | sort
find . /srv /opt -path /srv/repo -prune -o -type f ! -name '*-' -exec sha256sum {} + | sort -k2
dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n'
systemctl list-units --all --plain --no-legend 'fz*' 'srv-fz*' 'nftables-fz*' 'redis*' ssh.service | awk '{ print $1, $2, $3, $4 }'
nft -s list ruleset; sysctl net.ipv4.tcp_keepalive_time net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes`)
}

// at is a moment within a time, and a bit after.
func at(r *rand.Rand, d time.Duration) time.Duration {
	return max(time.Millisecond, time.Duration(r.Float64()*1.1*float64(d)))
}
