package enrol

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

// Invitation is what a host has to know to join the fleet by itself. The server makes one
// account for it, within an hour.
type Invitation struct {
	JID      session.JID `json:"j"`
	Token    string      `json:"t"` // who knows it can make an account
	Until    int64       `json:"u"` // in seconds since 1970
	Masters  []string    `json:"m"`
	Server   string      `json:"s,omitempty"`
	StartTLS bool        `json:"l,omitempty"`
	CA       [][]byte    `json:"c,omitempty"` // certificates
	Rooms    string      `json:"r,omitempty"`
	Keys     []string    `json:"k,omitempty"`
}

const nsInvite = "urn:xmpp:invite#create-account" // XEP-0401

// Invite has the server make a token for an account that does not exist yet.
func (c Accounts) Invite(ctx context.Context, jid session.JID, l Link) (Invitation, error) {
	i := Invitation{JID: jid, Masters: l.Masters, Server: l.Server, StartTLS: l.StartTLS, Rooms: l.Rooms, Keys: l.Keys}
	for rest := []byte(l.CA); ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		i.CA = append(i.CA, b.Bytes)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	got, err := c.Operator.Call(ctx, "set", c.server(), session.New(nsCommands, "command", "node", nsInvite, "action", "execute"))
	if err != nil {
		if spec.KindOf(err) == spec.Unavailable {
			return i, err
		}
		return i, spec.Errorf(spec.Denied, "the server makes no invitations for %s: %v", c.Login.JID.Bare(), err).
			WithHint("for Prosody admins = { %q }, modules_enabled \"invites\"; \"invites_adhoc\"; \"invites_register\", and invite_expiry = 3600; ejabberd has none: armonic host add does without", c.Login.JID.Bare())
	}
	x := got.Kid(nsCommands, "command").Kid(form.Namespace, "x")
	if x == nil {
		return i, spec.Errorf(spec.Protocol, "the server answers without an invitation")
	}
	for _, f := range x.Kids {
		text := ""
		if v := f.Kid(form.Namespace, "value"); v != nil {
			text = v.Text
		}
		switch f.Attr("var") {
		case "uri": // xmpp:example.com?register;preauth=TOKEN
			if u, err := url.Parse(text); err == nil {
				for part := range strings.SplitSeq(u.RawQuery, ";") {
					if token, ok := strings.CutPrefix(part, "preauth="); ok {
						i.Token, _ = url.QueryUnescape(token)
					}
				}
			}
		case "expire":
			if at, err := time.Parse(time.RFC3339, text); err == nil {
				i.Until = at.Unix()
			}
		}
	}
	if i.Token == "" {
		return i, spec.Errorf(spec.Protocol, "the server gives an invitation without a token")
	}
	return i, nil
}

// Secret is the token.
func (i Invitation) Secret() value.Secret { return value.Secret(i.Token) }

// Link is how the agent reaches the server.
func (i Invitation) Link() Link {
	var ca strings.Builder
	for _, der := range i.CA {
		_ = pem.Encode(&ca, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // into memory
	}
	return Link{Masters: i.Masters, Server: i.Server, StartTLS: i.StartTLS, CA: ca.String(), Rooms: i.Rooms, Keys: i.Keys}
}

// Code is the invitation as one word of letters, digits, - and _.
func (i Invitation) Code() (string, error) {
	text, err := json.Marshal(i)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err = w.Write(text); err == nil {
		err = w.Close()
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes()), err
}

// mostCode is how long an invitation may be that is read.
const mostCode = 64 << 10

// ReadInvitation reads what Code wrote.
func ReadInvitation(code string) (Invitation, error) {
	var i Invitation
	bad := spec.Errorf(spec.Invalid, "this is no invitation, or a part of one").WithHint("copy all of what armonic host invite printed")
	packed, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(code))
	if err != nil {
		return i, bad
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), mostCode))
	if err != nil || json.Unmarshal(text, &i) != nil || i.JID.Local() == "" || i.Token == "" || len(i.Masters) == 0 {
		return i, bad
	}
	if _, err := session.ParseJID(string(i.JID)); err != nil {
		return i, bad
	}
	return i, spec.Host(i.JID.Local()).Check()
}

// Register makes the account of an invitation. It is the account's own password that it is
// made with, so that who has read the invitation cannot log in afterwards.
func (i Invitation) Register(ctx context.Context, jid session.JID, password value.Secret) error {
	a := session.Account{JID: jid, Password: password, Server: i.Server, StartTLS: i.StartTLS, Register: true, Invitation: i.Secret()}
	if len(i.CA) > 0 {
		a.CAFile = caFile
	}
	s, err := a.Open(ctx)
	if err == nil {
		s.Close()
	}
	return err
}
