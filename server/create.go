package server

import (
	"context"
	_ "embed" // the unit, the settings
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/armonic/armonic/spec"
)

//go:embed files/unit.service
var unitFile string

//go:embed files/cli.yaml
var clientFile string

//go:embed files/agent.yaml
var agentFile string

// Created is what Create or Renew has done.
type Created struct {
	Until   time.Time // the end of the certificate of the server
	Missing string    // the package that is to be installed, "" if it is there
	Account bool      // the first account is made
}

// Create writes everything into a folder that is empty or does not exist. If it
// cannot do all of it, nothing of it stays.
func Create(ctx context.Context, o Options) (c Created, err error) {
	if err := o.check(); err != nil {
		return c, err
	}
	if err := o.checkPorts(); err != nil {
		return c, err
	}
	if o.User != "" {
		if _, _, err := o.ids(); err != nil {
			return c, err
		}
	}
	made, err := o.emptyDir()
	if err != nil {
		return c, err
	}
	defer func() {
		if err != nil {
			o.clear(made)
		}
	}()
	if err := o.reachable(); err != nil {
		return c, err
	}
	now := time.Now()
	ca, keyPEM, err := newAuthority(o.Domain, now)
	if err != nil {
		return c, err
	}
	cert, key, until, err := ca.sign([]string{o.Domain, o.MUC()}, now, o.Years)
	if err != nil {
		return c, err
	}
	c = Created{Until: until, Missing: o.missing()}
	files := []file{
		{name: "ca.pem", mode: 0o644, text: string(ca.pem)},
		{name: "ca-key.pem", mode: 0o600, text: string(keyPEM)},
		{name: "cert.pem", own: true, mode: 0o644, text: string(cert)},
		{name: "key.pem", own: true, mode: 0o600, text: string(key)},
	}
	files = append(files, o.webSocketFiles()...)
	if o.Make == Ejabberd {
		files = append(files, o.ejabberdFiles()...)
	} else {
		files = append(files, o.prosodyFiles()...)
	}
	if o.Admin != "" {
		files = append(files, o.settings()...)
	}
	if err := o.put(files); err != nil {
		return c, err
	}
	if o.Admin != "" {
		c.Account, err = o.account(ctx)
	}
	return c, err
}

// settings are the files for those who use the server.
func (o Options) settings() []file {
	unit := o.fill(unitFile, "@START@", strings.Join(o.Command(), " "), "@LISTENS@", o.awaitListening(), "@USER@\n", o.unitUser(), "@CAPS@\n", o.unitCaps())
	return []file{
		{name: o.Unit(), mode: 0o644, text: unit},
		{name: o.Admin + ".password", mode: 0o600, text: o.Password.Reveal() + "\n"},
		{name: "cli.yaml", mode: 0o644, text: o.fill(clientFile, "@SERVER@", o.Address(), "@APPROVE@\n", o.approve())},
		{name: "agent.yaml", mode: 0o644, text: o.fill(agentFile,
			"@SERVER@", o.agentsAddress(), "@REGISTER@", strconv.FormatBool(o.Register), "@WEBSOCKET@\n", o.agentsWebSocket())},
	}
}

// approve is the setting of who joins the fleet without being approved: nobody, where
// anybody may make an account.
func (o Options) approve() string {
	if !o.Register {
		return ""
	}
	return "approve: [none] # anybody may make an account: armonic approve NAME@DOMAIN takes an agent into the fleet\n"
}

// Unit is the name of the unit for systemd.
func (o Options) Unit() string { return "armonic-" + strings.ToLower(string(o.Make)) + ".service" }

func (o Options) unitUser() string {
	if o.User != "" {
		return "User=" + o.User + "\n"
	}
	if os.Geteuid() == 0 {
		return ""
	}
	return "User=" + strconv.Itoa(os.Geteuid()) + "\n"
}

// awaitListening is a command that ends when the server takes connections.
func (o Options) awaitListening() string {
	host, port, _ := net.SplitHostPort(o.Address())
	return fmt.Sprintf(`/usr/bin/timeout 60 /bin/bash -c "until (exec 3<>/dev/tcp/%s/%s) 2>/dev/null; do sleep 0.1; done"`, host, port)
}

// unitCaps lets it listen at ports that are not for everybody.
func (o Options) unitCaps() string {
	if slices.Min(o.ports()) < 1024 {
		return "AmbientCapabilities=CAP_NET_BIND_SERVICE\n"
	}
	return ""
}

// Command runs the server in the foreground, as the user who gives it.
func (o Options) Command() []string {
	if o.Make == Ejabberd {
		// Not as a program: one that was just written can be busy, if another process
		// was started at that moment.
		return []string{"/bin/sh", o.file("ejabberdctl"), "foreground"}
	}
	return []string{program("prosody"), "--config", o.file("prosody.cfg.lua"), "-F"}
}

// program is where a program is, or would be. PATH lacks /usr/sbin for most users.
func program(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if _, err := os.Stat("/usr/sbin/" + name); err == nil {
		return "/usr/sbin/" + name
	}
	return "/usr/bin/" + name
}

func (o Options) missing() string {
	name, pkg := "prosody", "prosody"
	if o.Make == Ejabberd {
		name, pkg = "ejabberdctl", "ejabberd"
	}
	if _, err := os.Stat(program(name)); err != nil {
		return pkg
	}
	return ""
}

// account makes the first account, if it can be made now.
func (o Options) account(ctx context.Context) (bool, error) {
	if o.Make == Ejabberd {
		if o.missing() != "" {
			return false, nil
		}
		return true, o.ejabberdAccount(ctx, o.put)
	}
	files, err := o.prosodyAccount()
	if err != nil {
		return false, err
	}
	return true, o.put(files)
}

// emptyDir makes the folder; or it is there and empty.
func (o Options) emptyDir() (made bool, err error) {
	entries, err := os.ReadDir(o.Dir)
	switch {
	case err == nil && len(entries) > 0:
		return false, spec.Errorf(spec.Invalid, "%s is not empty, and nothing in it is overwritten", o.Dir).
			WithHint("choose another folder; --renew makes a new certificate for a server that is there")
	case err == nil:
		return false, nil
	case errors.Is(err, syscall.ENOTDIR):
		return false, spec.Errorf(spec.Invalid, "%s is not a folder", o.Dir).WithHint("choose another")
	case !errors.Is(err, fs.ErrNotExist):
		return false, spec.Errorf(spec.Invalid, "cannot look into %s: %v", o.Dir, err).WithHint("choose a folder that you can write to")
	}
	if err := os.MkdirAll(o.Dir, 0o755); errors.Is(err, syscall.ENOTDIR) {
		return false, spec.Errorf(spec.Invalid, "%s is not a folder", filepath.Dir(o.Dir)).WithHint("choose another")
	} else if err != nil {
		return false, spec.Errorf(spec.Invalid, "cannot make the folder: %v", err).WithHint("choose a place that you can write to")
	}
	if err := os.Chmod(o.Dir, 0o755); err != nil { // whatever the umask is: the server must get into it
		return true, fmt.Errorf("cannot make %s a folder for the server: %w", o.Dir, err)
	}
	return true, nil
}

// clear removes what was written.
func (o Options) clear(all bool) {
	if all {
		_ = os.RemoveAll(o.Dir) // there is an error to report already
		return
	}
	entries, _ := os.ReadDir(o.Dir)
	for _, e := range entries {
		_ = os.RemoveAll(o.file(e.Name()))
	}
}

// reachable finds out whether the user of the server can get at the folder.
func (o Options) reachable() error {
	uid, _, err := o.ids()
	if err != nil || uid < 0 || uid == os.Geteuid() {
		return err
	}
	for dir := o.Dir; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return fmt.Errorf("cannot look at %s: %w", dir, err)
		}
		pass := fs.FileMode(0o001)
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) == uid {
			pass = 0o100
		}
		if info.Mode().Perm()&pass == 0 {
			return spec.Errorf(spec.Invalid, "the server runs as %s, who cannot pass through %s", o.User, dir).
				WithHint("choose another place, such as /srv/armonic-xmpp; or another user with --user")
		}
		if dir == "/" {
			return nil
		}
	}
}

// checkPorts finds out whether the server will be able to listen.
func (o Options) checkPorts() error {
	hosts := o.Listen
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	for _, host := range hosts {
		for i, port := range o.ports() {
			at := net.JoinHostPort(host, strconv.Itoa(port))
			l, err := net.Listen("tcp", at)
			if err == nil {
				_ = l.Close()
				continue
			}
			flag := []string{"--port", "--tls-port", "--websocket-port"}[i]
			switch {
			case errors.Is(err, syscall.EADDRINUSE):
				return spec.Errorf(spec.Invalid, "port %d is in use", port).
					WithHint("if that is the system's own XMPP server, stop it: systemctl disable --now prosody ejabberd; or choose another port with %s", flag)
			case errors.Is(err, syscall.EADDRNOTAVAIL):
				return spec.Errorf(spec.Invalid, "%s is not an address of this host", host).WithHint("ip addr lists them")
			case errors.Is(err, syscall.EACCES) && o.User == "":
				return spec.Errorf(spec.Invalid, "only root may listen at port %d", port).WithHint("choose one from 1024 up with %s", flag)
			case !errors.Is(err, syscall.EACCES):
				return spec.Errorf(spec.Invalid, "cannot listen at %s: %v", at, err).WithHint("choose another with --listen and %s", flag)
			}
		}
	}
	return nil
}

// FreeInner is an address for what ejabberd says to itself.
func FreeInner() (string, error) {
	for port := 5210; port < 5222; port++ {
		at := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if l, err := net.Listen("tcp", at); err == nil {
			return at, l.Close()
		}
	}
	return "", spec.Errorf(spec.Invalid, "ports 5210 to 5221 of 127.0.0.1 are all in use").WithHint("ejabberd needs one for itself")
}
