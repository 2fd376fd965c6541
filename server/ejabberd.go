package server

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed" // the configuration
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
)

//go:embed files/ejabberd.yml
var ejabberdConfig string

//go:embed files/ejabberd-listen.yml
var ejabberdListen string

//go:embed files/ejabberd-web.yml
var ejabberdWeb string

//go:embed files/ejabberdctl
var ejabberdScript string

func (o Options) ejabberdFiles() []file {
	listen := o.Listen
	if len(listen) == 0 {
		listen = []string{everywhere()}
	}
	var ports strings.Builder
	for _, host := range listen {
		one := func(port int) string {
			return strings.NewReplacer("@PORT@", strconv.Itoa(port), "@HOST@", host).Replace(ejabberdListen)
		}
		if o.WebPort > 0 {
			ports.WriteString(strings.NewReplacer("@PORT@", strconv.Itoa(o.WebPort), "@HOST@", host).Replace(ejabberdWeb))
		}
		ports.WriteString(one(o.Port) + "    starttls_required: true\n" + one(o.TLSPort) + "    tls: true\n")
	}
	register := ""
	if o.Register {
		register = "  mod_register:\n    access: register\n    ip_access: all\n    welcome_message: {}\n"
	}
	admins := ""
	for _, jid := range o.admins() {
		admins += "  admin:\n    user: \"" + jid + "\"\n"
	}
	web := ""
	if o.WebPort > 0 {
		web = "  mod_host_meta:\n    bosh_service_url: undefined\n    websocket_url: \"" + o.WebSocket() + "\"\n"
	}
	host, port, _ := net.SplitHostPort(o.Inner)
	return []file{
		{name: "data", dir: true, own: true, mode: 0o700},
		{name: "data/db", dir: true, own: true, mode: 0o700},
		{name: "data/log", dir: true, own: true, mode: 0o700},
		{name: "data/.erlang.cookie", own: true, mode: 0o400, text: rand.Text()},
		{name: "ejabberd.yml", mode: 0o644, text: strings.TrimRight(o.fill(ejabberdConfig, "@LISTEN@\n", ports.String(), "@REGISTER@", register, "@WEB@", web, "@ADMINS@\n", admins), "\n") + "\n"},
		{name: "ejabberdctl", mode: 0o755, text: strings.NewReplacer("@DIR@", o.Dir, "@INNER@", o.Inner, "@HOST@", host,
			"@OCTETS@", strings.ReplaceAll(host, ".", ","), "@PORT@", port).Replace(ejabberdScript)},
	}
}

// everywhere is every address of this host. Linux takes IPv4, too, at ::.
func everywhere() string {
	l, err := net.Listen("tcp6", "[::]:0")
	if err != nil {
		return "0.0.0.0"
	}
	_ = l.Close()
	return "::"
}

// noListener is a configuration under which ejabberd only reaches its database.
const noListener = `loglevel: error
hosts:
  - "@DOMAIN@"
listen: []
s2s_access: none
auth_method: internal
auth_password_format: scram
auth_scram_hash: sha256
modules: {}
`

// makeAccount makes an account whose password is in the file that the environment
// names, and ends when it is on disk.
const makeAccount = `R = try
  {ok, P} = file:read_file(os:getenv("ARMONIC_FIRST_PASSWORD")),
  ejabberd_auth:try_register(<<"@ADMIN@">>, <<"@DOMAIN@">>, P)
catch C:W -> {C, W} end,
case R of
  ok -> init:stop(0);
  {error, exists} -> init:stop(0);
  _ -> io:format("~p~n", [R]), init:stop(1)
end.`

// accountTime bounds that: ejabberd starts in 2 s, but on a cold disk in half a minute.
const accountTime = 3 * time.Minute

// ejabberdAccount makes the account of the first master. ejabberd keeps accounts in a
// database that only it writes; so it runs for a moment, reachable by nobody. The
// password is handed over in a file: others can see command lines.
func (o Options) ejabberdAccount(ctx context.Context, put func([]file) error) error {
	files := []file{
		{name: "data/first.yml", own: true, mode: 0o600, text: o.fill(noListener)},
		{name: "data/first.password", own: true, mode: 0o600, text: o.Password.Reveal()},
	}
	defer func() {
		for _, f := range files {
			_ = os.Remove(o.file(f.name)) // it is gone in any case, or cannot be made to go
		}
	}()
	if err := put(files); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, accountTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", o.file("ejabberdctl"), "foreground", "-eval", o.fill(makeAccount))
	cmd.Dir = o.Dir
	cmd.Env = append(os.Environ(), "EJABBERD_CONFIG_PATH="+o.file("data/first.yml"), "ARMONIC_FIRST_PASSWORD="+o.file("data/first.password"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 5 * time.Second
	if err := o.as(cmd); err != nil {
		return err
	}
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(out.String())
		if len(said) > 1000 {
			said = "… " + said[len(said)-1000:]
		}
		return spec.Errorf(spec.Failed, "cannot make the account %s@%s: ejabberd: %v\n%s", o.Admin, o.Domain, err, said).
			WithHint("%s has more", filepath.Join(o.Dir, "data", "log"))
	}
	return nil
}
