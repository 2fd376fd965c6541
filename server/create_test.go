package server_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/spec"
)

func options(t *testing.T) server.Options {
	t.Helper()
	port := 0
	for port == 0 || !free(port) || !free(port+1) {
		port = 20000 + rand.IntN(10000) // below those that outgoing connections take, of other tests too
	}
	return server.Options{Make: server.Prosody, Domain: "armonic.example.com", Dir: filepath.Join(t.TempDir(), "xmpp"),
		Listen: []string{"127.83.2.1"}, Port: port, TLSPort: port + 1, Years: 5, Admin: "master", Password: "correct horse"}
}

func free(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

func TestCreateWritesWhatIsNeeded(t *testing.T) {
	o := options(t)
	made, err := server.Create(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !made.Account {
		t.Error("there is no account")
	}
	for name, mode := range map[string]os.FileMode{
		"ca.pem": 0o644, "ca-key.pem": 0o600, "cert.pem": 0o644, "key.pem": 0o600, "prosody.cfg.lua": 0o644, "master.password": 0o600,
		"cli.yaml": 0o644, "agent.yaml": 0o644, "armonic-prosody.service": 0o644,
		"data/armonic%2eexample%2ecom/accounts/master.dat": 0o640,
	} {
		text, err := os.ReadFile(filepath.Join(o.Dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if info, _ := os.Stat(filepath.Join(o.Dir, name)); info.Mode().Perm() != mode {
			t.Errorf("%s has the mode %v, want %v", name, info.Mode().Perm(), mode)
		}
		if strings.Contains(string(text), "@DIR@") || strings.Contains(string(text), "@@") {
			t.Errorf("%s has something left to fill in:\n%s", name, text)
		}
		if name != "master.password" && strings.Contains(string(text), "correct horse") {
			t.Errorf("the password is in %s", name)
		}
	}
	cert := certificate(t, o)
	if err := cert.VerifyHostname("logs.armonic.example.com"); err != nil {
		t.Error(err)
	}
	if years := time.Until(made.Until).Hours() / 24 / 365; years < 4.9 || years > 5.1 {
		t.Errorf("the certificate is valid for %f years", years)
	}
}

// Who keeps new files to themselves makes a folder all the same that the user of the server
// can get into.
func TestCreateWithAStrictUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	o := options(t)
	o.WebPort = o.TLSPort + 1
	if _, err := server.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{o.Dir, filepath.Join(o.Dir, "web", ".well-known")} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("error %v, the folder %s is %v", err, name, info.Mode())
		}
	}
}

// Whoever names the WebSocket names the same one.
func TestCreateWithAWebSocket(t *testing.T) {
	for port, want := range map[int]string{5281: "wss://armonic.example.com:5281/xmpp-websocket", 443: "wss://armonic.example.com/xmpp-websocket"} {
		o := options(t)
		if o.WebPort = port; o.WebSocket() != want {
			t.Errorf("it is %s, want %s", o.WebSocket(), want)
		}
	}
	o := options(t)
	o.WebPort = o.TLSPort + 1
	if _, err := server.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"web/.well-known/host-meta", "web/.well-known/host-meta.json"} {
		if text := read(t, o, name); !strings.Contains(text, o.WebSocket()) {
			t.Errorf("%s is %s", name, text)
		}
	}
	if text := read(t, o, "agent.yaml"); !strings.Contains(text, fmt.Sprintf("# server: \"wss://127.83.2.1:%d/xmpp-websocket\"", o.WebPort)) {
		t.Errorf("the settings of agents are %s", text)
	}
	if there, ok := server.Existing(server.Options{Dir: o.Dir}); !ok || !there.HasWebSocket() {
		t.Error("it is not found again")
	}
	o.Dir, o.WebPort = o.Dir+"2", o.TLSPort
	if _, err := server.Create(t.Context(), o); spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), "wanted twice") {
		t.Errorf("with one port twice: %v", err)
	}
}

func TestTheUserOfTheServerMustGetIn(t *testing.T) {
	need.Root(t, "the server runs as another user")
	daemon, err := user.Lookup("daemon")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(daemon.Uid)
	top := t.TempDir()
	for _, name := range []string{top, filepath.Dir(top)} { // others may pass
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, owner := range map[string]int{"roots": 0, "its": uid} {
		o := options(t)
		o.Dir, o.User = filepath.Join(top, name), "daemon"
		if err := errors.Join(os.Mkdir(o.Dir, 0o700), os.Chown(o.Dir, owner, -1)); err != nil {
			t.Fatal(err)
		}
		_, err := server.Create(t.Context(), o)
		if can := err == nil; can != (owner == uid) || !can && !strings.Contains(err.Error(), "who cannot pass through "+o.Dir) {
			t.Errorf("in a folder of %d: %v", owner, err)
		}
	}
}

// The settings are YAML whatever the server listens at.
func TestSettingsCanBeRead(t *testing.T) {
	o := options(t)
	o.Listen, o.Admin = []string{"::1"}, "1e3"
	dir := o.Dir
	for _, o.Register = range []bool{false, true} {
		o.Dir = fmt.Sprint(dir, o.Register)
		if _, err := server.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		if err := yaml.Unmarshal([]byte(read(t, o, "cli.yaml")), &got); err != nil || got["server"] != o.Address() || got["jid"] != "1e3@armonic.example.com" {
			t.Errorf("error %v, they are %v", err, got)
		}
		// where anybody may make an account, nobody joins the fleet by itself
		if text := fmt.Sprint(got["approve"]); o.Register != (text == "[none]") {
			t.Errorf("registration %v, approve %v", o.Register, text)
		}
	}
}

// A second time nothing is overwritten; the certificate is made anew only when asked.
func TestRenew(t *testing.T) {
	o := options(t)
	if _, err := server.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	first := certificate(t, o)
	if _, err := server.Create(t.Context(), o); spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), "is not empty") || !strings.Contains(spec.HintOf(err), "--renew") {
		t.Errorf("error is %v", err)
	}
	if again := certificate(t, o); !again.Equal(first) {
		t.Error("the certificate was overwritten")
	}
	kept := read(t, o, "prosody.cfg.lua")
	if _, err := server.Renew(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if renewed := certificate(t, o); renewed.Equal(first) { // certificate verifies it with the old authority
		t.Error("the certificate is the old one")
	}
	if read(t, o, "prosody.cfg.lua") != kept {
		t.Error("the configuration was changed")
	}
	o.Domain = "other.example.com"
	if _, err := server.Renew(t.Context(), o); err == nil || !strings.Contains(err.Error(), "is that of armonic.example.com") {
		t.Errorf("error is %v", err)
	}
	o.Dir = t.TempDir()
	if _, err := server.Renew(t.Context(), o); spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), "cannot read the certificate") {
		t.Errorf("error is %v", err)
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	taken, err := net.Listen("tcp", "127.83.2.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*server.Options)
		says   string
	}{
		"no domain":               {func(o *server.Options) { o.Domain = "" }, "there is no domain"},
		"an address":              {func(o *server.Options) { o.Domain = "192.0.2.1" }, "is an address, not a domain"},
		"an account":              {func(o *server.Options) { o.Domain = "a@b.c" }, "is not a domain"},
		"capitals":                {func(o *server.Options) { o.Domain = "Example.com" }, "is not a domain"},
		"Lua":                     {func(o *server.Options) { o.Domain = "a\"; os.exit() --" }, "is not a domain"},
		"two dots":                {func(o *server.Options) { o.Domain = "a..b" }, "is not a domain"},
		"long":                    {func(o *server.Options) { o.Domain = strings.Repeat("a.", 125) + "a" }, "is not a domain"},
		"name":                    {func(o *server.Options) { o.Admin = "a b" }, "cannot be the name of an account"},
		"folder with quotes":      {func(o *server.Options) { o.Dir = "/tmp/a\"b" }, "cannot be the folder"},
		"years":                   {func(o *server.Options) { o.Years = 0 }, "cannot be valid for 0 years"},
		"same port":               {func(o *server.Options) { o.TLSPort = o.Port }, "is wanted twice"},
		"no port":                 {func(o *server.Options) { o.Port = 70000 }, "there is no port 70000"},
		"listen to a name":        {func(o *server.Options) { o.Listen = []string{"localhost"} }, "is not an IP address"},
		"listen elsewhere":        {func(o *server.Options) { o.Listen = []string{"192.0.2.1"} }, "is not an address of this host"},
		"port in use":             {func(o *server.Options) { o.Listen, o.Port = []string{"127.83.2.2"}, taken.Addr().(*net.TCPAddr).Port }, "is in use"},
		"a file":                  {func(o *server.Options) { o.Dir = file }, "is not a folder"},
		"below a file":            {func(o *server.Options) { o.Dir = file + "/x" }, "is not a folder"},
		"not writable":            {func(o *server.Options) { o.Dir = "/proc/armonic" }, "cannot make the folder"},
		"a full folder":           {func(o *server.Options) { o.Dir = filepath.Dir(file) }, "is not empty"},
		"no such user":            {func(o *server.Options) { o.User = "nobody-of-this-name" }, "there is no user"},
		"empty password":          {func(o *server.Options) { o.Password = "" }, "password"},
		"a password of two lines": {func(o *server.Options) { o.Password = "a\nb" }, "password"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			c.change(&o)
			_, err := server.Create(t.Context(), o)
			if k := spec.KindOf(err); k != spec.Invalid && k != spec.NotFound || !strings.Contains(err.Error(), c.says) || spec.HintOf(err) == "" {
				t.Errorf("error is %v (hint %q)", err, spec.HintOf(err))
			}
			if _, err := os.Stat(filepath.Join(o.Dir, "ca.pem")); err == nil {
				t.Error("something was written")
			}
		})
	}
}

// Agents are told the address that the server listens at: its domain may not be in DNS.
func TestAgentsAreToldWhereItListens(t *testing.T) {
	for listen, want := range map[string]string{"": "armonic.example.com", "127.83.2.1": "127.83.2.1", "0.0.0.0": "armonic.example.com"} {
		o := options(t)
		if o.Listen = nil; listen != "" {
			o.Listen = []string{listen}
		}
		if _, err := server.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		got := map[string]any{}
		if err := yaml.Unmarshal([]byte(read(t, o, "agent.yaml")), &got); err != nil || got["server"] != fmt.Sprintf("%s:%d", want, o.TLSPort) {
			t.Errorf("it listens at %q, and agents are told %v (%v)", listen, got["server"], err)
		}
	}
}

// The unit has started when the server listens.
func TestTheUnitWaitsUntilItListens(t *testing.T) {
	o := options(t)
	if _, err := server.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(read(t, o, "armonic-prosody.service"), "\nExecStartPost=")
	line, _, _ = strings.Cut(line, "\n")
	wait := exec.CommandContext(t.Context(), "/bin/sh", "-c", line)
	if err := wait.Start(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", o.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if c, err := l.Accept(); err != nil {
		t.Error(err)
	} else {
		_ = c.Close()
	}
	if err := wait.Wait(); err != nil {
		t.Errorf("%s: %v", line, err)
	}
}

func TestAddress(t *testing.T) {
	for listen, want := range map[string]string{"": "127.0.0.1:5223", "0.0.0.0": "127.0.0.1:5223", "::": "[::1]:5223", "192.0.2.7": "192.0.2.7:5223"} {
		o := server.Options{TLSPort: 5223}
		if listen != "" {
			o.Listen = []string{listen}
		}
		if got := o.Address(); got != want {
			t.Errorf("a server that listens at %q is at %s, want %s", listen, got, want)
		}
	}
}

func read(t *testing.T, o server.Options, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(o.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// certificate is that of the server, signed by the authority beside it.
func certificate(t *testing.T, o server.Options) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(read(t, o, "cert.pem")))
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(read(t, o, "ca.pem")))
	if _, err := cert.Verify(x509.VerifyOptions{Roots: pool, DNSName: o.Domain}); err != nil {
		t.Error(err)
	}
	return cert
}
