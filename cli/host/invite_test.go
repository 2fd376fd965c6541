package host_test

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/hosttest"
)

// serve serves a file where hosts reach it.
func serve(t *testing.T, s *site, file string) string {
	t.Helper()
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, file) }))
	l, err := listenNear(s.hosts[0])
	if err != nil {
		t.Fatal(err)
	}
	web.Listener = l
	web.Start()
	t.Cleanup(web.Close)
	return web.URL + "/armonic"
}

// A bare host joins the fleet by the line that an invitation is, as cloud-init runs it. The
// line is good once; and a program that is not ours is not used.
func TestAHostIsInvited(t *testing.T) {
	s := newSite(t, "web7", "web8")
	url := serve(t, s, s.bin)
	line := func(args ...string) string {
		t.Helper()
		out := s.expect(t, 0, nil, append([]string{"host", "invite", "-o", "json"}, args...)...)
		var x struct{ Line string }
		if err := json.Unmarshal([]byte(out), &x); err != nil || strings.Contains(x.Line, ": ") || strings.Contains(x.Line, " #") {
			t.Fatalf("%v: %s", err, out)
		}
		return x.Line
	}
	try := func(h *hosttest.Host, line string) (string, int) {
		out, code, err := h.Try("sh", "-c", line)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d\n%s", h.Name, code, out)
		return out, code
	}
	web7 := line("web7", "--from", url)
	if out, code := try(s.hosts[0], web7); code != 0 || !strings.Contains(out, "web7 is connected as web7@xmpp.test\n") {
		t.Fatal("it does not join")
	}
	s.expect(t, 0, []string{`^web7  on `}, "host", "list")
	before := s.hosts[0].Snapshot(t)
	if out, code := try(s.hosts[0], web7); code != 0 || out != "web7 is connected as web7@xmpp.test\n" {
		t.Error("the host to which it belongs cannot say it again")
	}
	if diff := before.Diff(s.hosts[0].Snapshot(t)); len(diff) > 0 {
		t.Errorf("said again, it changes\n%s", strings.Join(diff, "\n"))
	}
	if out, code := try(s.hosts[1], web7); code != 1 || !strings.Contains(out, "the invitation is used, or too old") && !strings.Contains(out, "an account that exists") {
		t.Error("another host joins with the same line")
	}
	s.hosts[1].Reset(t)
	other := strings.ReplaceAll(line("web8", "--from", url), url, serve(t, s, s.file("ssh_config")))
	if _, code := try(s.hosts[1], other); code == 0 {
		t.Error("it joins with another program")
	}
	if out, _, _ := s.hosts[1].Try("ls", "/usr/local/bin"); out != "" {
		t.Errorf("it has %s", out)
	}

	// The command serves the program itself, to a host that has only wget, and ends when it has joined.
	s.hosts[1].Run(t, "sh", "-c", "apt-get install -y -q wget && mv $(command -v curl) /usr/bin/away")
	invite := s.command(t, "host", "invite", "web9", "--serve", net.JoinHostPort(ownAddress(s.hosts[1]), "0"))
	stdout, err := invite.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := invite.Start(); err != nil {
		t.Fatal(err)
	}
	web9, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if out, code := try(s.hosts[1], strings.TrimSpace(web9)); code != 0 || !strings.Contains(out, "web9 is connected as web9@xmpp.test\n") {
		t.Error("a host with wget does not join")
	}
	if err := invite.Wait(); err != nil {
		t.Errorf("the command that serves: %v", err)
	}
}
