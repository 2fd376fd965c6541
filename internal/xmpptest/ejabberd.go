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
		"DIR", s.dir, "DOMAIN", Domain, "HOST", s.host, "ROOMS", Rooms, "TLSPORT", port(s.TLS), "PORT", port(s.StartTLS), "WHO", who,
	).Replace(ejabberdConfig))
	s.write(t, "ejabberdctl.cfg", strings.NewReplacer(
		"HOST", s.host, "OCTETS", strings.ReplaceAll(s.host, ".", ","), "DISTPORT", port(s.inner),
	).Replace(ejabberdctlConfig))
	// As root, Debian's script changes to a user of its own, who may not look into
	// our folder. And it waits for the server, which would outlive it when killed.
	script, err := os.ReadFile("/usr/sbin/ejabberdctl")
	must(t, err)
	s.write(t, "ejabberdctl", strings.NewReplacer(
		"\nINSTALLUSER=ejabberd", "\nINSTALLUSER=", `as_current_user) "$@" ;;`, `as_current_user) exec "$@" ;;`,
	).Replace(string(script)))
}

func (s *Server) ejabberd() *exec.Cmd {
	cmd := exec.Command("bash", filepath.Join(s.dir, "ejabberdctl"), "-d", s.dir, "-s", filepath.Join(s.dir, "spool"), "-l", filepath.Join(s.dir, "logs"), "foreground")
	cmd.Env = append(os.Environ(), "HOME="+s.dir)
	return cmd
}

// The name of the node never changes: what is in the spool folder belongs to it, and
// under another one ejabberd ends with node_not_running. The interface is given as
// Erlang writes it; the script's own setting starts a virtual machine to find that
// out. A machine that waits for work does not keep a processor busy with it.
const ejabberdctlConfig = `INSTALLUSER=
ERLANG_NODE=armonic@HOST
ERL_DIST_PORT=DISTPORT
ERL_OPTIONS="-setcookie armonic -kernel inet_dist_use_interface {OCTETS} +sbwt none +sbwtdcpu none +sbwtdio none"
`

const ejabberdConfig = `loglevel: info
hosts:
  - DOMAIN
certfiles:
  - DIR/both.pem
listen:
  -
    port: PORT
    ip: "HOST"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: none
    access: c2s
    starttls_required: true
  -
    port: TLSPORT
    ip: "HOST"
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
  mod_muc:
    host: ROOMS
    history_size: 100
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
