package xmpptest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func (s *Server) ejabberdConfig(t testing.TB) {
	t.Helper()
	for _, d := range []string{"spool", "logs"} {
		must(t, os.MkdirAll(filepath.Join(s.dir, d), 0o700))
	}
	key, err := os.ReadFile(filepath.Join(s.dir, "key.pem"))
	must(t, err)
	cert, err := os.ReadFile(filepath.Join(s.dir, "cert.pem"))
	must(t, err)
	s.write(t, "both.pem", string(cert)+string(key))
	who := "allow"
	if s.closed {
		who = "deny"
	}
	s.write(t, "ejabberd.yml", strings.NewReplacer(
		"DIR", s.dir, "DOMAIN", Domain, "TLSPORT", port(s.TLS), "PORT", port(s.StartTLS), "WHO", who,
	).Replace(ejabberdConfig))
	node := "armonic" + port(s.TLS) + "@localhost"
	s.write(t, "ejabberdctl.cfg", strings.NewReplacer("@NODE@", node, "@DISTPORT@", port(address(t))).Replace(ejabberdctlConfig))
	// As root, Debian's script changes to a user of its own, who may not look into
	// our folder.
	script, err := os.ReadFile("/usr/sbin/ejabberdctl")
	must(t, err)
	s.write(t, "ejabberdctl", strings.Replace(string(script), "\nINSTALLUSER=ejabberd", "\nINSTALLUSER=", 1))
}

func (s *Server) ejabberd() *exec.Cmd {
	cmd := exec.Command("bash", filepath.Join(s.dir, "ejabberdctl"), "-d", s.dir, "-s", filepath.Join(s.dir, "spool"), "-l", filepath.Join(s.dir, "logs"), "foreground")
	cmd.Env = append(os.Environ(), "HOME="+s.dir)
	return cmd
}

const ejabberdctlConfig = `INSTALLUSER=
ERLANG_NODE=@NODE@
INET_DIST_INTERFACE=127.0.0.1
ERL_DIST_PORT=@DISTPORT@
ERL_OPTIONS="-setcookie armonic"
`

const ejabberdConfig = `loglevel: info
hosts:
  - DOMAIN
certfiles:
  - DIR/both.pem
listen:
  -
    port: PORT
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: none
    access: c2s
    starttls_required: true
  -
    port: TLSPORT
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: none
    access: c2s
    tls: true
s2s_access: none
auth_password_format: scram
auth_scram_hash: sha256
registration_timeout: infinity
shaper: {}
access_rules:
  c2s:
    allow: all
  register:
    - WHO
modules:
  mod_disco: {}
  mod_last: {}
  mod_ping:
    send_pings: true
    ping_interval: 15
    ping_ack_timeout: 10
    timeout_action: kill
  mod_register:
    access: register
    ip_access: all
    welcome_message: {}
  mod_roster: {}
  mod_stream_mgmt:
    resend_on_timeout: false
    resume_timeout: 0
`
