package hosttest_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hosttest"
	"github.com/google/go-cmp/cmp"
)

func TestHostsReachOneAnother(t *testing.T) {
	t.Parallel()
	hosts := hosttest.Up(t, "web1", "db1")
	web, db := hosts[0], hosts[1]
	if web.Name != "web1" || db.Name != "db1" {
		t.Fatalf("asked for web1 and db1, got %s and %s", web.Name, db.Name)
	}
	reaches := func(from, to *hosttest.Host) bool {
		_, code, err := from.Try("ping", "-c", "1", "-W", "1", to.Name)
		return code == 0 && err == nil
	}
	if !reaches(web, db) || !reaches(db, web) {
		t.Error("one does not reach the other")
	}
	web.Cut(t, db)
	if reaches(web, db) {
		t.Error("web1 reaches db1, from which it was cut")
	}
	web.Heal(t)
	if !reaches(web, db) {
		t.Error("web1 does not reach db1 any more")
	}
	db.Pause(t)
	if out, _, err := db.Try("true"); err == nil || !strings.Contains(out, "db1 is paused") {
		t.Errorf("a command on a host that is paused: %v, %q", err, out)
	}
	db.Resume(t)
	db.Run(t, "true")
}

func TestAKilledHostKeepsItsDiskUntilReset(t *testing.T) {
	t.Parallel()
	h := hosttest.Up(t, "web1")[0]
	h.Write(t, "/srv/site/index.html", "hello\n", 0o640)
	h.Kill(t)
	if out, _, err := h.Try("true"); err == nil || !strings.Contains(out, "web1 does not run") {
		t.Errorf("a command on a host that was killed: %v, %q", err, out)
	}
	h.Start(t)
	if got := h.Run(t, "cat", "/srv/site/index.html"); got != "hello\n" {
		t.Errorf("after a power cut the file has %q", got)
	}
	h.Reset(t)
	if _, code, err := h.Try("test", "-e", "/srv/site"); code != 1 || err != nil {
		t.Errorf("after a reset: exit code %d, %v; the file is there still", code, err)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	h := hosttest.Up(t, "web1")[0]
	for _, tt := range []struct {
		argv []string
		out  string
		code int
	}{
		{[]string{"hostname"}, "web1\n", 0},
		{[]string{"sh", "-c", "echo out; echo err >&2; exit 3"}, "out\nerr\n", 3},
		{[]string{"cat", "/etc/debian_version"}, "12.", 0},
		{[]string{"no-such-command"}, "No such file", 127},
	} {
		out, code, err := h.Try(tt.argv...)
		if !strings.Contains(out, tt.out) || code != tt.code || err != nil {
			t.Errorf("%q: %q, exit code %d, %v", tt.argv, out, code, err)
		}
	}
	if got := h.RunUnit(t, "cat", "/proc/self/cgroup"); !strings.Contains(got, "/system.slice/run-") {
		t.Errorf("a command in a unit is in %s", got)
	}
	local := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(local, []byte("#!/bin/sh\necho it runs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// /var/run is a link to /run: that of the host, not that of the machine.
	h.Copy(t, local, "/var/run/scripts/script", 0o755)
	if got := h.Run(t, "/run/scripts/script"); got != "it runs\n" {
		t.Errorf("the script prints %q", got)
	}
}

func TestAProgramIsBuiltForHosts(t *testing.T) {
	t.Parallel()
	h := hosttest.Up(t, "web1")[0]
	h.Copy(t, hosttest.Build(t, "./testdata/program"), "/usr/local/bin/program", 0o755)
	if got := h.RunUnit(t, "program"); got != "this is web1\n" {
		t.Errorf("the program prints %q", got)
	}
}

func TestSnapshotsDifferInWhatWasChanged(t *testing.T) {
	t.Parallel()
	h := hosttest.Up(t, "web1")[0]
	before := h.Snapshot(t)
	if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
		t.Fatalf("two in a row differ:\n%s", strings.Join(diff, "\n"))
	}
	if n := len(before); n < 8000 {
		t.Errorf("a snapshot has %d facts only", n)
	}
	for _, step := range []struct {
		command string
		want    []string // how the lines begin
	}{
		{"touch /etc/new /etc/hostname; useradd --system --no-create-home bob", []string{
			"file /etc/group: was", "file /etc/gshadow: was", "file /etc/new: new", "file /etc/passwd: was", "file /etc/shadow: was",
			"group bob: new", "user bob: new"}},
		{"chmod 600 /etc/new; userdel bob", []string{
			"file /etc/group: was", "file /etc/gshadow: was", "file /etc/new: was", "file /etc/passwd: was", "file /etc/shadow: was",
			"group bob: gone", "user bob: gone"}},
		{"rm /etc/new; systemctl stop ssh; apt-mark auto curl; nft add table inet shop", []string{
			"file /etc/new: gone", "file /var/lib/apt/extended_states: was", "firewall ruleset: was", "mark curl: was manual, is auto",
			"socket tcp 0.0.0.0:22: gone", "socket tcp [::]:22: gone", "unit ssh.service: was"}},
		{"ln -s motd /etc/new; python3 -c 'import os; os.setxattr(\"/etc/motd\", \"trusted.x\", b\"1\")'", []string{
			"file /etc/motd: was", "file /etc/new: new"}},
		// As long as it was, and with the time that it had.
		{"tr a-z A-Z </etc/issue >/tmp/x; touch -r /etc/issue /tmp/x; cat /tmp/x >/etc/issue; touch -r /tmp/x /etc/issue", []string{"file /etc/issue: was"}},
		// It has no file that is compared.
		{"systemctl --quiet --runtime mask console-getty", []string{"unit file console-getty.service: was disabled, preset disabled, is masked-runtime"}},
		{"systemctl --quiet --runtime unmask console-getty", []string{"unit file console-getty.service: was masked-runtime"}},
	} {
		h.Run(t, "sh", "-c", step.command)
		after := h.Snapshot(t)
		var short []string
		for i, line := range before.Diff(after) {
			if i < len(step.want) && strings.HasPrefix(line, step.want[i]) {
				line = step.want[i]
			}
			short = append(short, line)
		}
		if diff := cmp.Diff(step.want, short); diff != "" {
			t.Errorf("%s: -want +got:\n%s", step.command, diff)
		}
		before = after
	}
}

func TestAnInstalledPackageIsSeenAndUndone(t *testing.T) {
	t.Parallel()
	h := hosttest.Up(t, "web1")[0]
	before := h.Snapshot(t)
	h.Run(t, "apt-get", "install", "-qq", "-y", "hello")
	diff := strings.Join(before.Diff(h.Snapshot(t)), "\n")
	for _, want := range []string{"package hello: new", "mark hello: new, manual", "file /usr/bin/hello: new"} {
		if !strings.Contains(diff, want) {
			t.Errorf("not in the difference: %s\n%s", want, diff)
		}
	}
	h.Run(t, "apt-get", "purge", "-qq", "-y", "hello")
	if diff := before.Diff(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("hello was purged, and left:\n%s", strings.Join(diff, "\n"))
	}
}

func TestEveryExclusionHasAReason(t *testing.T) {
	for _, e := range hosttest.Exclusions() {
		if e.Why == "" || e.Pattern == "" || e.Kind == "" {
			t.Errorf("%+v", e)
		}
	}
}

func TestInside(t *testing.T) {
	t.Run("as root, in a unit", func(t *testing.T) {
		if !hosttest.Inside(t, "web1", "db1") {
			return
		}
		h := hosttest.Here(t)
		cgroup, err := os.ReadFile("/proc/self/cgroup")
		if err != nil {
			t.Fatal(err)
		}
		if h.Name != "web1" || h.Address == "" || os.Getuid() != 0 || !strings.Contains(string(cgroup), "/system.slice/run-") {
			t.Errorf("this is %s, %s, user %d, in %s", h.Name, h.Address, os.Getuid(), cgroup)
		}
		h.Run(t, "ping", "-c", "1", "db1")
		before := h.Snapshot(t)
		h.Write(t, "/etc/new", "x", 0o600)
		if diff := before.Diff(h.Snapshot(t)); len(diff) != 1 || !strings.HasPrefix(diff[0], "file /etc/new: new") {
			t.Errorf("the difference is %q", diff)
		}
	})
	t.Run("with testdata", func(t *testing.T) {
		if !hosttest.Inside(t) {
			return
		}
		if text, err := os.ReadFile("testdata/here"); string(text) != "here\n" || err != nil {
			t.Errorf("testdata/here has %q, %v", text, err)
		}
	})
}

// What a test does on a host, it does outside too: seen by a test that stands for another.
func TestOutcomesInside(t *testing.T) {
	if outcome := os.Getenv("OUTCOME"); outcome != "" {
		hosttest.Here(t)
		switch outcome {
		case "fail":
			t.Error("it is broken")
		case "skip":
			t.Skip("not today")
		case "die":
			os.Exit(7)
		case "end":
			os.Exit(0)
		}
		return
	}
	h := hosttest.Up(t, "web1")[0]
	for _, tt := range []struct {
		outcome, ci, want string
	}{
		{"pass", "", ""},
		{"fail", "", "fatal: TestOutcomesInside fails on web1: exit code 1 (<nil>)"},
		{"die", "", "fatal: TestOutcomesInside fails on web1: exit code 7 (<nil>)"},
		{"end", "", "fatal: TestOutcomesInside did not run on web1"},
		{"skip", "", "skip: SKIPPED: skipped on web1, see above"},
		{"skip", "true", "fatal: skipped on web1, see above (CI=true: nothing may be skipped)"},
	} {
		t.Run(strings.TrimSpace(tt.outcome+" "+tt.ci), func(t *testing.T) {
			t.Setenv("CI", tt.ci)
			r := &recorder{TB: t}
			got := r.call(func() { h.RunTest(r, "TestOutcomesInside", "OUTCOME="+tt.outcome) })
			if got != tt.want {
				t.Errorf("it ends with %q, want %q", got, tt.want)
			}
		})
	}
	r := &recorder{TB: t}
	got := r.call(func() { h.RunTest(r, "TestThatIsNotThere") })
	if want := "fatal: TestThatIsNotThere did not run on web1"; got != want {
		t.Errorf("it ends with %q, want %q", got, want)
	}
}

// TestHostsEndWithTheirTestBinary kills a test binary, this one once more, whose hosts run.
func TestHostsEndWithTheirTestBinary(t *testing.T) {
	if os.Getenv("HOSTTEST_WAITS") != "" {
		fmt.Println("address", hosttest.Up(t, "web1")[0].Address)
		select {}
	}
	hosttest.Up(t, "web1") // so that it is known that there can be hosts
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHostsEndWithTheirTestBinary$", "-test.v")
	cmd.Env = append(os.Environ(), "HOSTTEST_WAITS=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var address string
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		if after, ok := strings.CutPrefix(lines.Text(), "address "); ok {
			address = after
		}
	}
	network := address[:strings.LastIndex(address, ".")+1] + "1/24" // the machine's own end
	cable := interfaces(t)[network]
	if cable == 0 {
		t.Fatalf("the machine has no address in the network of %s", address)
	}
	cmd.Process.Kill()
	cmd.Wait()
	for end := time.Now().Add(time.Minute); interfaces(t)[network] == cable; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a minute after its test binary was killed, a host is still there")
		}
	}
}

// interfaces are the network interfaces of this machine, each by its addresses: numbers that
// are not given again.
func interfaces(t *testing.T) map[string]int {
	t.Helper()
	list, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]int{}
	for _, i := range list {
		addresses, err := i.Addrs()
		if err != nil {
			continue // it is gone by now
		}
		for _, a := range addresses {
			numbers[a.String()] = i.Index
		}
	}
	return numbers
}

// A machine that is no host for tests is not taken for one.
func TestNotInside(t *testing.T) {
	if _, err := os.Stat("/run/systemd/container"); err == nil {
		t.Skip("this may be one")
	}
	t.Setenv("ARMONIC_INSIDE_HOST", "1")
	r := &recorder{TB: t}
	if got := r.call(func() { hosttest.Inside(r) }); !strings.HasPrefix(got, "fatal: this is no host for tests") {
		t.Errorf("it ends with %q", got)
	}
}

// recorder is a test that remembers how it was ended.
type recorder struct {
	testing.TB
	outcome string
}

func (r *recorder) Fatal(args ...any) { r.Fatalf("%s", fmt.Sprint(args...)) }

func (r *recorder) Skip(args ...any) { r.end("skip: " + fmt.Sprint(args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.end("fatal: " + fmt.Sprintf(format, args...))
}

func (r *recorder) end(outcome string) {
	r.outcome = outcome
	runtime.Goexit()
}

// call runs f as a test would be, on a goroutine that may be ended in the middle, and gives
// how it was ended.
func (r *recorder) call(f func()) string {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
	return r.outcome
}
