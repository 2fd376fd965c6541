package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/browsertest"
	"github.com/armonic/armonic/internal/xmpptest"
)

// moodyModule has a service that starts in a good mood only.
const moodyModule = `"""A service that starts in a good mood only."""
def _on(ctx):
    ctx.log("<b>the mood is " + ctx.req.conf.mood + "</b>")
    ctx.host.run(["sh", "-c", 'test "$1" = good && echo "$2" >> DIR/did', "sh", ctx.req.conf.mood, ctx.me.name])

def _off(ctx):
    ctx.host.run(["sh", "-c", 'echo "$1 off" >> DIR/did', "sh", ctx.me.name])

lifecycle("Thing", states = [
    state("Off"),
    state("On", enter = _on, leave = _off, requires = [require("conf", var("mood", str, default = "bad"))],
        provides = [provide("start", lambda ctx: None)]),
])
`

// tellingModule has a service that says a line at a time while it starts.
const tellingModule = `"""A service that says a line at a time."""
def _on(ctx):
    for i in range(16):
        ctx.log("line %d." % i)
        ctx.host.run(["sleep", "0.4"])

lifecycle("Telling", states = [
    state("Off"),
    state("On", enter = _on, leave = lambda ctx: None, provides = [provide("start", lambda ctx: None)]),
])
`

// The server is killed while somebody looks: the page says so, and goes on by itself when it is
// back, with every line of the log.
func TestTheServerIsCutWhileABrowserLooks(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server and a browser take their time")
	}
	f := startAgents(t, tellingModule, []string{"anna"}, "web1")
	at := "https://" + f.serveWeb("anna")
	p, fleet := browsertest.Open(t, browsertest.Phone, true), browsertest.Open(t, browsertest.Screen, false)
	for _, p := range []*browsertest.Page{p, fleet} {
		p.Go(at)
		p.Fill("#account", "anna@"+xmpptest.Domain)
		p.Fill("#password", "correct horse")
		p.Send()
		p.See("1 host, 1 online")
	}
	p.Go(at + "/catalogue?q=telling")
	p.Fill("input[name=hosts]", "web1")
	p.Follow("Plan it")
	p.Follow("Review the plan")
	p.See("Run it", "may change more")
	p.Fill("#confirm", "1")
	p.Follow("Run it")
	p.See("line 3.")
	f.server.Kill()
	p.See("The connection to", "is down")
	fleet.See("The connection to", "is down")
	f.server.Run(t)
	p.See("✓ done", "line 15.")
	fleet.See("1 host, 1 online", "Telling On")
	for _, p := range []*browsertest.Page{p, fleet} {
		if text := p.Text(); strings.Contains(text, "is down") {
			t.Errorf("it still says that the connection is down:\n%s", text)
		}
	}
	var log string
	p.Value(`document.getElementById("log").textContent`, &log)
	for i := range 16 {
		if n := strings.Count(log, fmt.Sprintf(" line %d.", i)); n != 1 {
			t.Errorf("line %d is there %d times", i, n)
		}
	}
}

// Two people with accounts of their own, in browsers, and one at a terminal: what one begins fails,
// is changed and gone on with, and is taken back; the other sees all of it, live.
func TestADeploymentInTwoBrowsers(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server and browsers take their time")
	}
	f := startAgents(t, moodyModule, []string{"anna", "bert"}, "web1", "web2")
	listen := f.serveWeb("anna")
	login := func(name, password string, size browsertest.Size) *browsertest.Page {
		p := browsertest.Open(t, size, name == "bert")
		p.Go("https://" + listen + "/")
		p.Fill("#account", name+"@"+xmpptest.Domain)
		p.Fill("#password", password)
		p.Send()
		return p
	}
	login("anna", "a wrong horse", browsertest.Phone).See("Log in", "password")
	anna, bert := login("anna", "correct horse", browsertest.Phone), login("bert", "correct horse", browsertest.Screen)
	anna.See("2 hosts, 2 online")
	bert.See("2 hosts, 2 online", "bert@"+xmpptest.Domain)

	anna.Follow("Deploy")
	anna.Go("https://" + listen + "/catalogue?q=thing")
	anna.Fill("input[name=hosts]", "web1, web2")
	anna.Follow("Plan it")
	anna.Follow("Save and continue")
	anna.See("may change more", "2 changes cannot be undone")
	anna.Fill("#name", "moods")
	anna.Fill("#confirm", "2")
	anna.Fill("#approve", "bert@"+xmpptest.Domain)
	anna.Follow("Run it")
	anna.See("waits for approval by bert@" + xmpptest.Domain)
	approve := func(says ...string) {
		t.Helper()
		bert.Follow("Review and approve")
		bert.See(append(says, "moods", "asked for by anna@"+xmpptest.Domain)...)
		bert.Follow("Approve it")
		bert.See("You have approved moods on 2 hosts")
		bert.Follow("Deployments")
	}
	if did := f.did(); len(did) > 0 {
		t.Errorf("before it is approved the hosts did %q", did)
	}
	bert.Follow("Deployments")
	approve("2 changes cannot be undone")
	anna.See("Retry", "Thing on web1", "failed")
	var log string
	if anna.Value(`document.getElementById("log").textContent`, &log); !strings.Contains(log, "<b>the mood is bad</b>") {
		t.Errorf("the log is %q", log)
	}
	f.operator("bert", 0).until("moods .*failed", "deployments")
	bert.Follow("moods")
	bert.See("failed", "you are watching", "Thing on web1")

	anna.Follow("Change answers")
	anna.Value(`document.querySelectorAll("fieldset input[type=text]").forEach((e) => { if (e.value === "bad") e.value = "good"; })`, nil)
	anna.Follow("Save")
	anna.Fill("#confirm", "2")
	anna.Follow("Run it")
	approve() // other values are another plan
	bert.Follow("moods")
	anna.See("✓ done", "Roll back")
	bert.See("✓ done")
	f.operator("bert", 0).until("moods .*done", "deployments", "show", "moods")
	if did := f.did(); len(did) != 2 {
		t.Errorf("the hosts did %q", did)
	}

	anna.Follow("Roll back")
	anna.Fill("#confirm", "2")
	anna.Follow("Roll back")
	approve()
	bert.Follow("moods")
	anna.See("✓ rolled back")
	bert.See("rolled back")
	if did := f.did(); len(did) != 4 || !strings.HasSuffix(did[3], "off") {
		t.Errorf("the hosts did %q", did)
	}
	for _, p := range []*browsertest.Page{anna, bert} {
		if errs := p.Errors(); len(errs) > 0 {
			t.Errorf("a browser tells of %s", strings.Join(errs, "\n"))
		}
	}
}

// serveWeb has an operator serve the web front end over TLS, to everybody with an account, and
// gives its address.
func (f *agents) serveWeb(operator string) (listen string) {
	t := f.t
	t.Helper()
	keep := filepath.Join(f.dir, "tls")
	certificate(t, keep)
	listen = "127.0.0.1:" + freePort(t)
	server, said := f.operator(operator, 0).start("web", "--listen", listen, "--cert", filepath.Join(keep, "cert.pem"), "--key", filepath.Join(keep, "key.pem"), "--name", "127.0.0.1")
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("armonic web: %s", said)
		}
	})
	for end := time.Now().Add(2 * soon); ; time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", listen); err == nil {
			_ = c.Close()
			break
		} else if time.Now().After(end) {
			t.Fatalf("armonic web does not listen: %v", err)
		}
	}
	return listen
}

// certificate writes one for 127.0.0.1, with its key.
func certificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, text, text, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
}
