package connect

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
)

// Account is who the settings say that we are, ready to connect. If there is no
// password, a person at a terminal is asked for it.
func Account(ctx context.Context, c config.Connection, s output.Streams, log *slog.Logger) (session.Account, error) {
	jid, err := AccountJID(c)
	if err != nil {
		return session.Account{}, err
	}
	server, err := c.Address()
	if err != nil {
		return session.Account{}, err
	}
	if err := CheckRooms(c.MUCDomain); err != nil {
		return session.Account{}, err
	}
	password, warning, err := c.Secret()
	if err != nil {
		return session.Account{}, err
	}
	if warning != "" {
		output.Printf(s.Err, "warning: %s\n", warning)
	}
	if password == "" {
		if password, err = AskPassword(ctx, jid, s); err != nil {
			return session.Account{}, err
		}
	}
	return session.Account{JID: jid, Password: password, Server: server, StartTLS: c.StartTLS,
		CAFile: c.CAFile, Register: c.Register, Logger: log}, nil
}

// AccountJID is the bare address of the account.
func AccountJID(c config.Connection) (session.JID, error) {
	jid, err := session.ParseJID(c.JID)
	if err == nil && (jid.Local() == "" || jid.Resource() != "") {
		err = spec.Errorf(spec.Invalid, "jid: %q is not the address of an account", c.JID).WithHint("write it as name@domain")
	}
	return jid, err
}

// AskPassword asks a person at a terminal for the password of an account.
func AskPassword(ctx context.Context, jid session.JID, s output.Streams) (value.Secret, error) {
	in, ok := s.In.(*os.File)
	if !ok || !term.IsTerminal(in.Fd()) {
		return "", spec.Errorf(spec.Invalid, "there is no password for %s", jid).
			WithHint("set password_file in the settings, or ARMONIC_PASSWORD, or give --password-file FILE")
	}
	p := output.NewPrompter(s.In, s.Err)
	p.Say("password of %s: ", jid)
	text, err := p.Secret(ctx)
	if errors.Is(err, io.EOF) || err == nil && text == "" {
		err = spec.Errorf(spec.Invalid, "no password was given")
	}
	return value.Secret(text), err
}

// CheckRooms refuses what cannot be the domain of rooms.
func CheckRooms(domain string) error {
	if domain == "" || domain == "none" {
		return nil
	}
	if jid, err := session.ParseJID("room@" + domain); err != nil || jid.Domain() != strings.ToLower(domain) {
		return spec.Errorf(spec.Invalid, "muc_domain: %q is not a domain", domain).WithHint("none stands for no rooms")
	}
	return nil
}

// approval says whom the settings let into the fleet, by default whoever has an
// account in our own domain; and whom of them they name.
func approval(patterns []string, own session.JID) (approve, vouched func(session.JID) bool, err error) {
	if len(patterns) == 0 {
		patterns = []string{"*@" + own.Domain()}
	}
	exact, domains := map[session.JID]bool{}, map[string]bool{}
	for _, p := range patterns {
		if p == "none" {
			continue
		}
		if domain, all := strings.CutPrefix(p, "*@"); all && domain != "" {
			domains[domain] = true
			continue
		}
		jid, err := session.ParseJID(p)
		if err != nil || jid.Local() == "" {
			return nil, nil, spec.Errorf(spec.Invalid, "approve: %q is not an account", p).WithHint("write name@domain, *@domain, or none")
		}
		exact[jid.Bare()] = true
	}
	vouched = func(jid session.JID) bool { return exact[jid] }
	return func(jid session.JID) bool {
		return jid != own && jid.Local() != "" && (exact[jid] || domains[jid.Domain()])
	}, vouched, nil
}
