package hosttest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// insideEnv is set to 1 in the environment of a test that runs on a host.
const insideEnv = "ARMONIC_INSIDE_HOST"

// folder is where a test lies on a host. It is in memory, and no part of a Snapshot.
const folder = "/run/hosttest"

// fullEnv has tests try everything, and not only one of each kind: make test-hosts does.
const fullEnv = "ARMONIC_HOSTS"

// Full reports whether a test is to try everything that it knows.
func Full() bool { return os.Getenv(fullEnv) == "full" }

// Inside has the calling test run once more on a new host, as root and in a transient unit
// of systemd. It gives true there, and false, when that has ended, to the one outside, which
// then has to return. As the test ends there, so it ends here: it fails or is skipped.
//
// The test binary is run in a folder that has the package's folder testdata in it. Without
// names there is one host, "host1"; with names, the first is where the test runs, and it
// reaches the others by their names. Tests that are inside of hosts run at the same time,
// as after t.Parallel.
func Inside(t testing.TB, names ...string) bool {
	t.Helper()
	if os.Getenv(insideEnv) != "" {
		Here(t)
		return true
	}
	if len(names) == 0 {
		names = []string{"host1"}
	}
	if p, ok := t.(interface{ Parallel() }); ok {
		p.Parallel()
	}
	Up(t, names...)[0].RunTest(t, t.Name())
	return false
}

// Here is the host that this test itself runs on. The test ends if that is not a host that
// was made for tests. What only the machine can do, such as Kill, ends the test.
func Here(t testing.TB) *Host {
	t.Helper()
	if os.Getenv(insideEnv) == "" || !onTestHost() {
		t.Fatalf("this is no host for tests, whatever %s says, and it would be changed", insideEnv)
	}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	h := &Host{Name: name}
	hosts, err := os.ReadFile("/etc/hosts")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(hosts)) {
		if f := strings.Fields(line); len(f) == 2 && f[1] == name {
			h.Address = f[0]
		}
	}
	return h
}

// onTestHost tells whether this process runs on a host that the script made.
func onTestHost() bool {
	name, err := os.ReadFile("/run/systemd/container")
	return err == nil && strings.TrimSpace(string(name)) == "testhosts"
}

// RunTest runs a test of this test binary on the host, by its full name, as Inside does, with
// "NAME=value" over the environment that is usual there. Its output is shown as it comes.
func (h *Host) RunTest(t testing.TB, name string, env ...string) {
	t.Helper()
	dir, err := h.carry()
	if err != nil {
		t.Fatalf("%s: cannot bring the test there: %v", h.Name, err)
	}
	limit := 10 * time.Minute
	if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if end, ok := d.Deadline(); ok {
			limit = time.Until(end) * 9 / 10 // so that it is the test there that says where it hangs
		}
	}
	options := []string{"--working-directory=" + dir, "--setenv=" + insideEnv + "=1", "--setenv=CI=" + os.Getenv("CI"), "--setenv=" + fullEnv + "=" + os.Getenv(fullEnv)}
	for _, e := range env {
		options = append(options, "--setenv="+e)
	}
	argv := []string{filepath.Join(dir, "test"), "-test.run=" + only(name), "-test.v", "-test.timeout=" + limit.String()}
	var out bytes.Buffer
	shown := io.MultiWriter(&out, t.Output())
	code, err := h.run(limit+limit/20, nil, shown, shown, unit(options, argv...)...)
	switch verdict := outcome(out.String(), name); {
	case err != nil || code != 0:
		t.Fatalf("%s fails on %s: exit code %d (%v)", name, h.Name, code, err)
	case verdict == "SKIP":
		ended := "skipped on " + h.Name + ", see above"
		if os.Getenv("CI") == "true" {
			t.Fatal(ended + " (CI=true: nothing may be skipped)")
		}
		t.Skip("SKIPPED: " + ended)
	case verdict != "PASS":
		t.Fatalf("%s did not run on %s", name, h.Name)
	}
}

// only is the pattern that selects one test, which may be a part of another.
func only(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// outcome is how a test ended, in what it prints with -test.v: PASS, also if a part of it
// was skipped; SKIP, in CI also for a part; or nothing.
func outcome(out, name string) string {
	if os.Getenv("CI") == "true" && regexp.MustCompile(`(?m)^ *--- SKIP: `).MatchString(out) {
		return "SKIP"
	}
	m := regexp.MustCompile(`(?m)^ *--- ([A-Z]+): ` + regexp.QuoteMeta(name) + ` \(`).FindStringSubmatch(out)
	if m == nil {
		return ""
	}
	return m[1]
}

// carry puts this test binary and the package's testdata on the host, unless they are there.
func (h *Host) carry() (dir string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	root, err := h.root()
	if err != nil {
		return "", err
	}
	there := filepath.Join(root, folder) // no symbolic link is on the way
	if _, err := os.Stat(filepath.Join(there, "test")); err == nil {
		return folder, nil
	}
	if err := os.MkdirAll(there, 0o755); err != nil {
		return "", err
	}
	if _, err := os.Stat("testdata"); err == nil {
		if err := os.CopyFS(filepath.Join(there, "testdata"), os.DirFS("testdata")); err != nil {
			return "", err
		}
	}
	return folder, copyProgram(self, filepath.Join(there, "test"))
}

// copyProgram copies a program under another name first, so that it is there as a whole.
func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Rename(to+".new", to)
}
