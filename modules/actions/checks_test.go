package actions_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// flaky is a server that works from the third request on.
func flaky(t *testing.T) string {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) < 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
		fmt.Fprintf(w, "Welcome to %s.", r.Host)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestChecksAreTriedAgain(t *testing.T) {
	counter := filepath.Join(t.TempDir(), "n")
	for _, body := range []string{
		fmt.Sprintf("ctx.host.check_http(%q)", flaky(t)),
		fmt.Sprintf("ctx.host.check_http(%q, host = \"wiki.example.org\", contains = \"Welcome to wiki\")", flaky(t)),
		fmt.Sprintf("ctx.host.check_tcp(%s)", strings.TrimPrefix(flaky(t), "http://127.0.0.1:")),
		fmt.Sprintf("ctx.host.wait([\"sh\", \"-c\", \"echo x >> %[1]s; echo is $(wc -l < %[1]s); exit 4\"], says = \"is 3\", code = 4)", counter),
		"ctx.host.wait([\"sh\", \"-c\", \"test ${#PW} = 8\"], env = {\"PW\": ctx.req.r.pw})",
	} {
		var said log
		c := said.call(spec.Inputs{"r": {{"pw": value.Secret("hunter22")}}})
		if _, err := onThisHost(t, body)(t.Context(), c); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if len(said.effects.begun) > 0 || len(said.lines) != 1 || !strings.HasPrefix(said.lines[0], "info: check ") || strings.Contains(said.lines[0], "hunter22") {
			t.Errorf("%s says %q", body, said.lines)
		}
	}
}

func TestChecksThatFail(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().(*net.TCPAddr).Port
	l.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }))
	defer s.Close()
	taken := strings.TrimPrefix(s.URL, "http://127.0.0.1:")
	for _, c := range []struct{ body, msg string }{
		{fmt.Sprintf("ctx.host.check_tcp(%s, service = \"nginx\", timeout = TIME)", taken), "nginx takes connections at 127.0.0.1:" + taken + "; the last answer was: "},
		{fmt.Sprintf("ctx.host.check_tcp(%s, service = \"nginx\", timeout = TIME)", taken), " has port " + taken},
		{`ctx.host.check_tcp(80, host = "web2", service = "nginx")`, "on this host only, not on web2"},
		{`ctx.host.check_tcp(80, reload = True)`, "reload needs to know of which service"},
		{fmt.Sprintf("ctx.host.check_tcp(%d, timeout = TIME)", closed), "takes connections; the last answer was: connection refused"},
		{fmt.Sprintf("ctx.host.check_http(%q, timeout = TIME)", s.URL), s.URL + " answers 200; the last answer was: 302"},
		{fmt.Sprintf("ctx.host.check_http(%q, status = 302, contains = \"zzz\", timeout = TIME)", s.URL), "302, without that text"},
		{fmt.Sprintf("ctx.host.check_http(%q, follow = True, timeout = TIME)", s.URL), "redirects more than"},
		{`ctx.host.wait(["sh", "-c", "echo no >&2; exit 3"], timeout = TIME)`, "the last answer was: it ended with code 3: no"},
		{`ctx.host.wait(["echo", "no"], says = "yes", timeout = TIME)`, "echo no ends with 0 and says \"yes\"; the last answer was: without that text: no"},
		{`ctx.host.wait(["sleep", "60"], timeout = TIME)`, "not within "},
		{`ctx.host.wait(["no-such-program"])`, "there is no program no-such-program"},
		{`ctx.host.wait([])`, "ctx.host.wait: argv is empty"},
		{`ctx.host.wait(["x", None])`, "ctx.host.wait: argv must hold texts"},
		{`ctx.host.check_tcp(0)`, "0 is no port"},
		{`ctx.host.check_tcp(80, timeout = "x")`, "number of seconds"},
		{`ctx.host.check_http("ftp://x")`, "no URL of http"},
		{`ctx.host.check_http("http://" + ctx.req.r.pw + "@x/")`, "a secret is in url"},
	} {
		for _, timeout := range []string{"0.2", "3"} { // the longer one for a machine that does much else: an answer is there in time
			_, err := onThisHost(t, strings.ReplaceAll(c.body, "TIME", timeout))(t.Context(), new(log).call(spec.Inputs{"r": {{"pw": value.Secret("hunter22")}}}))
			e := spec.AsError(err)
			if e == nil || e.Kind != spec.Failed || strings.Contains(e.Msg, "hunter22") {
				t.Errorf("%s: %+v", c.body, e)
			}
			if e != nil && strings.Contains(e.Msg, c.msg) {
				break
			}
			if timeout == "3" {
				t.Errorf("%s: %+v", c.body, e)
			}
		}
	}
}

func TestChecksAreOnlyNamed(t *testing.T) {
	body := `ctx.host.check_http("http://192.0.2.1/", host = "w")
ctx.host.check_tcp(80)
ctx.host.wait(["redis-cli", "ping"], says = "PONG")`
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": "def f(ctx):\n    " + strings.ReplaceAll(body, "\n", "\n    ") + `
lifecycle("L", states = [state("Off"), state("On", enter = f)])`}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Preview(t.Context(), spec.Work{Lifecycle: "L", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Enter, State: "On"}}})
	if err != nil || len(got) != 1 || len(got[0].Changes) != 3 || got[0].Unpredictable || got[0].Changes[0].What != "check http://192.0.2.1/ answers 200 for w (not checked now)" {
		t.Errorf("the preview is %+v, %v", got, err)
	}
	var said log
	c := said.call(nil)
	c.Me.Simulated = true
	if _, err := onThisHost(t, body)(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if want := []string{"info: would check http://192.0.2.1/ answers 200 for w", "info: would check 127.0.0.1:80 takes connections",
		"info: would check redis-cli ping ends with 0 and says \"PONG\""}; !cmp.Equal(said.lines, want) {
		t.Errorf("%q", said.lines)
	}
}

func TestACheckEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := new(log).call(nil)
	c.Log = func(spec.Level, string) { cancel() }
	if _, err := onThisHost(t, `ctx.host.check_tcp(1)`)(ctx, c); spec.KindOf(err) != spec.Canceled {
		t.Errorf("it ended with %v", err)
	}
}
