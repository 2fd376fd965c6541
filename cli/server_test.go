//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/cli"
	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/internal/xmpptest"
)

// armonic runs a command and gives what it prints, and its exit code.
func armonic(t *testing.T, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	code := cli.Run(args, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return out.String(), code
}

// A server is set up, started as is printed, and found to be fine; its certificate is
// renewed, and the server shows the new one.
func TestServerInitToCheck(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		need.Program(t, map[xmpptest.Kind]string{xmpptest.Prosody: "prosody", xmpptest.Ejabberd: "/usr/sbin/ejabberdctl"}[k])
		me, err := user.Current()
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "xmpp")
		host := fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
		flags := []string{"server", "init", "--domain", "armonic.example.com", "--out", dir, "--listen", host, "--user", me.Username, "--admin", "ann"}
		if k == xmpptest.Ejabberd {
			flags = append(flags, "--ejabberd")
		}
		out, code := armonic(t, flags...)
		if code != 0 {
			t.Fatal(code, out)
		}
		m := regexp.MustCompile(`(?m)^to start it here:\n +(.*)$`).FindStringSubmatch(out)
		if m == nil {
			t.Fatalf("it does not say how to start the server:\n%s", out)
		}
		stop := run(t, m[1], host+":5223")
		defer stop()
		config := filepath.Join(dir, "cli.yaml")
		out, code = armonic(t, "server", "check", "--config", config)
		if code != 0 || strings.Contains(out, "FAIL") || !strings.Contains(out, "as ann@armonic.example.com/") || !strings.Contains(out, "ends in 18") {
			t.Errorf("%d\n%s", code, out)
		}
		out, code = armonic(t, "server", "init", "--domain", "armonic.example.com", "--out", dir)
		if code != 2 || !strings.Contains(out, "is in use") && !strings.Contains(out, "is not empty") {
			t.Errorf("%d\n%s", code, out)
		}
		out, code = armonic(t, "server", "init", "--domain", "armonic.example.com", "--out", dir, "--user", me.Username, "--renew", "--years", "2")
		if code != 0 || !strings.Contains(out, "has a new certificate") {
			t.Errorf("%d\n%s", code, out)
		}
		if k == xmpptest.Ejabberd {
			reload := regexp.MustCompile(`(?m)^  (.* reload_config)$`).FindStringSubmatch(out)
			if reload == nil {
				t.Fatalf("it does not say how to reload:\n%s", out)
			}
			if text, err := exec.Command("sh", "-c", reload[1]).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
		} else {
			stop()
			stop = run(t, m[1], host+":5223")
			defer stop()
		}
		out, code = armonic(t, "server", "check", "--config", config, "-o", "json")
		var report struct {
			Make  string
			Lines []struct{ Name, Status, Text string }
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || !strings.EqualFold(report.Make, string(k)) || len(report.Lines) < 12 {
			t.Errorf("%d, %v\n%s", code, err, out)
		}
		if !strings.Contains(out, "ends in 7") {
			t.Errorf("the server shows the old certificate:\n%s", out)
		}
	})
}

// run starts a server in the background, and returns when it listens.
func run(t *testing.T, command, at string) (stop func()) {
	t.Helper()
	cmd := exec.Command("sh", "-c", "exec "+command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	}
	for until := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", at)
		if err == nil {
			c.Close()
			return stop
		}
		if time.Now().After(until) {
			stop()
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("%s does not listen:\n%s", command, text)
		}
	}
}

func TestServerBadInput(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no folder":       {[]string{"init", "--domain", "a.example"}, 2, "there is no folder to write into"},
		"no domain":       {[]string{"init", "--out", dir}, 2, "there is no domain"},
		"a bad domain":    {[]string{"init", "--out", dir, "--domain", "a b"}, 2, `"a b" is not a domain`},
		"not there":       {[]string{"init", "--out", dir, "--domain", "a.example", "--renew"}, 2, "cannot read the certificate"},
		"a demo":          {[]string{"init", "--out", dir, "--domain", "a.example", "--demo"}, 2, "for other commands"},
		"no password":     {[]string{"init", "--out", dir, "--domain", "a.example", "--password-file", dir + "/none"}, 2, "cannot read the password"},
		"check nobody":    {[]string{"check"}, 2, "jid is not set"},
		"check a demo":    {[]string{"check", "--demo"}, 2, "--demo and --local have no server"},
		"check in colour": {[]string{"check", "-o", "colour"}, 2, "there is no output format"},
		"check nothing":   {[]string{"check", "--jid", "a@a.example", "--password", "x", "--server", "127.83.2.3:1"}, 4, "FAIL  address        127.83.2.3:1: "},
	} {
		t.Run(name, func(t *testing.T) {
			out, code := armonic(t, append([]string{"server"}, c.args...)...)
			if code != c.code || !strings.Contains(out, c.says) {
				t.Errorf("ends with %d, want %d and %q:\n%s", code, c.code, c.says, out)
			}
		})
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("something was written: %v", entries)
	}
}

// A new certificate belongs to whom the server runs as, without being told again.
func TestRenewKeepsTheUser(t *testing.T) {
	need.Root(t, "it gives files away")
	t.Setenv("HOME", t.TempDir())
	dir := t.TempDir()
	for _, name := range []string{dir, filepath.Dir(dir)} { // others may pass
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir = filepath.Join(dir, "xmpp")
	flags := []string{"server", "init", "--domain", "armonic.example.com", "--out", dir}
	if out, code := armonic(t, append(flags, "--listen", "127.83.7.1", "--user", "daemon")...); code != 0 {
		t.Fatal(code, out)
	}
	owner := func() uint32 {
		t.Helper()
		info, err := os.Stat(filepath.Join(dir, "key.pem"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Sys().(*syscall.Stat_t).Uid
	}
	was := owner()
	if out, code := armonic(t, append(flags, "--renew")...); code != 0 {
		t.Error(code, out)
	}
	if now := owner(); now != was || now == 0 {
		t.Errorf("the key belonged to %d, and now to %d", was, now)
	}
}
