package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/charmbracelet/x/term"

	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// account is who the settings say that we are, ready to connect. If there is no
// password, a person at a terminal is asked for it.
func account(ctx context.Context, c config.Connection, s Streams, log *slog.Logger) (session.Account, error) {
	jid, err := accountJID(c)
	if err != nil {
		return session.Account{}, err
	}
	server, err := c.Address()
	if err != nil {
		return session.Account{}, err
	}
	if err := checkRooms(c.MUCDomain); err != nil {
		return session.Account{}, err
	}
	password, warning, err := c.Secret()
	if err != nil {
		return session.Account{}, err
	}
	if warning != "" {
		_, _ = fmt.Fprintln(s.Err, "warning: "+warning)
	}
	if password == "" {
		if password, err = askPassword(ctx, jid, s); err != nil {
			return session.Account{}, err
		}
	}
	return session.Account{JID: jid, Password: password, Server: server, StartTLS: c.StartTLS,
		CAFile: c.CAFile, Register: c.Register, Logger: log}, nil
}

// accountJID is the bare address of the account.
func accountJID(c config.Connection) (session.JID, error) {
	jid, err := session.ParseJID(c.JID)
	if err == nil && (jid.Local() == "" || jid.Resource() != "") {
		err = spec.Errorf(spec.Invalid, "jid: %q is not the address of an account", c.JID).WithHint("write it as name@domain")
	}
	return jid, err
}

func askPassword(ctx context.Context, jid session.JID, s Streams) (spec.Secret, error) {
	in, ok := s.In.(*os.File)
	if !ok || !term.IsTerminal(in.Fd()) {
		return "", spec.Errorf(spec.Invalid, "there is no password for %s", jid).
			WithHint("set password_file in the settings, or ARMONIC_PASSWORD, or give --password-file FILE")
	}
	p := newPrompter(s.In, s.Err)
	p.say("password of %s: ", jid)
	text, err := p.secret(ctx)
	if errors.Is(err, io.EOF) || err == nil && text == "" {
		err = spec.Errorf(spec.Invalid, "no password was given")
	}
	return spec.Secret(text), err
}
