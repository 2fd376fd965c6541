package xmpptest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func (s *Server) prosodyConfig(t testing.TB) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Join(s.dir, "data"), 0o700))
	s.write(t, "prosody.cfg.lua", strings.NewReplacer(
		"DIR", s.dir, "HOST", s.host, "DOMAIN", Domain, "ROOMS", Rooms, "TLSPORT", port(s.TLS), "PORT", port(s.StartTLS),
		"REGISTER", strconv.FormatBool(!s.closed), "ROOT", strconv.FormatBool(os.Geteuid() == 0),
	).Replace(prosodyConfig))
}

func (s *Server) prosody() *exec.Cmd {
	return exec.Command("prosody", "--config", filepath.Join(s.dir, "prosody.cfg.lua"), "-F")
}

const prosodyConfig = `run_as_root = ROOT
pidfile = "DIR/prosody.pid"
data_path = "DIR/data"
certificates = "DIR"
interfaces = { "HOST" }
c2s_ports = { PORT }
c2s_direct_tls_ports = { TLSPORT }
s2s_ports = {}
http_ports = {}
https_ports = {}
modules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "ping"; "register"; "smacks"; "time"; "version"; "lastactivity"; "posix" }
modules_disabled = { "s2s" }
c2s_require_encryption = true
allow_registration = REGISTER
authentication = "internal_hashed"
password_hash = "SHA-256"
network_settings = { nagle = false; min_wait = 0.00001; read_timeout = 12 }
ssl = { key = "DIR/key.pem"; certificate = "DIR/cert.pem" }
log = { info = "DIR/server.log" }
VirtualHost "DOMAIN"
Component "ROOMS" "muc"
  max_history_messages = 100
`
