package enrol

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

const (
	nsCommands = "http://jabber.org/protocol/commands"
	nsAdmin    = "http://jabber.org/protocol/admin" // XEP-0133
	nsItems    = "http://jabber.org/protocol/disco#items"
	nsRegister = "jabber:iq:register"
)

// answerTime is how long the server may take to answer.
const answerTime = 20 * time.Second

// Accounts are those of agents on a server, in the hands of an operator.
type Accounts struct {
	Operator *session.Session // connected
	Login    session.Account  // the operator's: how the server is reached
	Admin    bool             // the server takes the operator's commands about accounts
	Open     bool             // it lets anybody make one
}

// NewAccounts asks the server what an operator may do about accounts.
func NewAccounts(ctx context.Context, s *session.Session, a session.Account) (Accounts, error) {
	c := Accounts{Operator: s, Login: a, Open: s.OpenRegistration()}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	got, err := s.Call(ctx, "get", c.server(), session.New(nsItems, "query", "node", nsCommands))
	if err != nil && spec.KindOf(err) == spec.Unavailable {
		return c, err
	}
	if list := got.Kid(nsItems, "query"); list != nil { // else it knows no commands
		c.Admin = slices.ContainsFunc(list.Kids, func(k *session.Element) bool { return k.Attr("node") == nsAdmin+"#add-user" })
	}
	return c, nil
}

func (c Accounts) server() session.JID { return session.JID(c.Login.JID.Domain()) }

// Make has the account exist with this password. One that exists with another password gets
// this one if the server lets the operator do that.
func (c Accounts) Make(ctx context.Context, jid session.JID, password value.Secret) error {
	err := c.login(ctx, jid, password, c.Open && !c.Admin)
	if spec.KindOf(err) != spec.Denied {
		return err
	}
	if !c.Admin {
		if c.Open {
			return err
		}
		return spec.Errorf(spec.Denied, "the server makes no account %s for %s", jid, c.Login.JID.Bare()).
			WithHint("make the operator an administrator of the server, with commands for accounts: for Prosody admins = { %q } and modules_enabled \"admin_adhoc\"", c.Login.JID.Bare())
	}
	account, secret := field("accountjid", string(jid)), field("password", password.Reveal())
	refused := c.command(ctx, "add-user", account, secret, field("password-verify", password.Reveal()))
	if refused != nil { // mostly that it is there
		if c.command(ctx, "change-user-password", account, secret) != nil {
			return spec.Errorf(spec.Failed, "the server makes no account %s: %v", jid, refused)
		}
	}
	return c.login(ctx, jid, password, false)
}

// Remove removes an account: that of an agent can do so itself, if the password is known.
func (c Accounts) Remove(ctx context.Context, jid session.JID, password value.Secret) error {
	if password != "" {
		err := c.cancel(ctx, jid, password)
		if err == nil || !c.Admin && spec.KindOf(err) != spec.Denied {
			return err
		}
	}
	if !c.Admin {
		return spec.Errorf(spec.Denied, "the server removes no account for %s", c.Login.JID.Bare()).WithHint("on the server: prosodyctl deluser %s", jid)
	}
	return c.command(ctx, "delete-user", field("accountjids", string(jid)))
}

// account is how an agent logs in, from here.
func (c Accounts) account(jid session.JID, password value.Secret) session.Account {
	a := c.Login
	a.JID, a.Password, a.Resource = jid, password, ""
	return a
}

func (c Accounts) login(ctx context.Context, jid session.JID, password value.Secret, register bool) error {
	a := c.account(jid, password)
	a.Register = register
	s, err := a.Open(ctx)
	if err == nil {
		s.Close()
	}
	return err
}

// cancel removes the account of who logs in (XEP-0077).
func (c Accounts) cancel(ctx context.Context, jid session.JID, password value.Secret) error {
	a := c.account(jid, password)
	a.Register = false
	k := session.Connect(a.Open, session.Hooks{Up: func(*session.Session) {}, Down: func(*session.Session, error) {}, Stanza: func(*session.Session, *session.Element) {}})
	defer k.Close()
	ctx, end := context.WithTimeout(ctx, answerTime)
	defer end()
	s, err := k.Wait(ctx, false)
	if err != nil {
		return err
	}
	_, err = s.Call(ctx, "set", "", session.New(nsRegister, "query").Add(session.New(nsRegister, "remove")))
	if spec.KindOf(err) != spec.Unavailable {
		return err
	}
	// Some servers end the session before they answer; or the connection broke.
	switch after := c.login(ctx, jid, password, false); {
	case spec.KindOf(after) == spec.Denied: // there is no such account any more
		return nil
	case after != nil:
		return after
	}
	return err
}

func field(name, text string) form.Field { return form.Field{Name: name, Values: []string{text}} }

// command has the server do one of XEP-0133: it shows a form, and this one is handed in.
func (c Accounts) command(ctx context.Context, name string, fields ...form.Field) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	node := nsAdmin + "#" + name
	shown, err := c.Operator.Call(ctx, "set", c.server(), session.New(nsCommands, "command", "node", node, "action", "execute"))
	if err != nil {
		return err
	}
	id := shown.Kid(nsCommands, "command").Attr("sessionid")
	fields = append([]form.Field{{Name: "FORM_TYPE", Type: form.Hidden, Values: []string{nsAdmin}}}, fields...)
	done, err := c.Operator.Call(ctx, "set", c.server(), session.New(nsCommands, "command", "node", node, "action", "complete", "sessionid", id).
		Add(form.Form{Type: form.Submit, Fields: fields}.Element()))
	if err != nil {
		return err
	}
	if note := done.Kid(nsCommands, "command").Kid(nsCommands, "note"); note.Attr("type") == "error" {
		return spec.Errorf(spec.Failed, "%s", strings.TrimSpace(note.Text))
	}
	return nil
}
