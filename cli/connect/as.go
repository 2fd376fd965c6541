package connect

import (
	"context"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
)

// As connects with somebody else's account of the same server, who gave its password: what
// they may do is what the agents let that account do.
func As(ctx context.Context, c config.Client, account string, password value.Secret, s output.Streams) (*Live, error) {
	own, err := AccountJID(c.Connection)
	if err != nil {
		return nil, err
	}
	jid, err := session.ParseJID(account)
	switch {
	case err != nil || jid.Local() == "" || jid.Resource() != "":
		return nil, spec.Errorf(spec.Invalid, "%q is not the address of an account", account).WithHint("write it as name@%s", own.Domain())
	case jid.Domain() != own.Domain():
		return nil, spec.Errorf(spec.Denied, "%s is not an account of %s", account, own.Domain())
	case password == "":
		return nil, spec.Errorf(spec.Denied, "no password was given")
	}
	c.JID, c.Password, c.PasswordFile, c.Register = string(jid), password, "", false
	return openLive(ctx, c, s, false)
}
