package server

import (
	"context"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Renew makes a new certificate for the server in o.Dir, with the same authority: no
// client has to change anything. The configuration stays as it is. If the first
// account could not be made when the server was set up, it is made now.
func Renew(ctx context.Context, o Options) (c Created, err error) {
	old, _, err := readCertificate(o.file("cert.pem"))
	if err != nil {
		return c, err
	}
	if !sameDomain(old, o.Domain) {
		return c, spec.Errorf(spec.Invalid, "the server in %s is that of %s", o.Dir, strings.Join(old.DNSNames, ", ")).
			WithHint("give its domain, or another folder")
	}
	o.Password = "as it was"
	if err := o.check(); err != nil {
		return c, err
	}
	ca, err := o.readAuthority()
	if err != nil {
		return c, err
	}
	cert, key, until, err := ca.sign(old.DNSNames, time.Now(), o.Years)
	if err != nil {
		return c, err
	}
	if err := o.put([]file{
		{name: "key.pem", own: true, mode: 0o600, text: string(key)},
		{name: "cert.pem", own: true, mode: 0o644, text: string(cert)},
	}); err != nil {
		return c, err
	}
	c = Created{Until: until, Missing: o.missing()}
	if o.Make == Ejabberd && c.Missing == "" && o.noDatabase() {
		text, err := os.ReadFile(o.file(o.Admin + ".password"))
		if err != nil {
			return c, spec.Errorf(spec.Invalid, "cannot read the password of the first account: %v", err).
				WithHint("--admin names the account, master if not given")
		}
		o.Password = value.Secret(strings.TrimRight(string(text), "\n"))
		c.Account, err = o.account(ctx)
		return c, err
	}
	return c, nil
}

// noDatabase reports whether ejabberd has never run here.
func (o Options) noDatabase() bool {
	entries, err := os.ReadDir(o.file("data/db"))
	return err == nil && len(entries) == 0
}

// MakeOf is the make of the server in a folder, "" if there is none.
func MakeOf(dir string) Make {
	for name, m := range map[string]Make{"prosody.cfg.lua": Prosody, "ejabberd.yml": Ejabberd} {
		if _, err := os.Stat(dir + "/" + name); err == nil {
			return m
		}
	}
	return ""
}

// UserOf is whom the server in a folder runs as: who owns its key, "" for who runs
// this and if there is none.
func UserOf(dir string) string {
	info, err := os.Stat(dir + "/key.pem")
	if err != nil {
		return ""
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == os.Geteuid() {
		return ""
	}
	id := strconv.Itoa(int(owner.Uid))
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id // which is looked up in vain, too, and named
}
