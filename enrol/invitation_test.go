package enrol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Who is invited makes one account, and nobody else makes any.
func TestAnInvitationIsGoodOnce(t *testing.T) {
	s := xmpptest.Start(t, xmpptest.Prosody, xmpptest.NoRegistration, xmpptest.Admin("master", secret))
	c := operator(t, s)
	if c.Open {
		t.Error("the server is taken for one where anybody registers")
	}
	jid := session.JID("web9@" + xmpptest.Domain)
	i, err := c.Invite(t.Context(), jid, enrol.Link{Masters: []string{"master@" + xmpptest.Domain}, Server: s.TLS})
	if err != nil {
		t.Fatalf("%v (%s)", err, spec.HintOf(err))
	}
	register := func(name string, token string) error {
		a := session.Account{JID: session.JID(name + "@" + xmpptest.Domain), Password: "first", Server: s.TLS, CAFile: s.CAFile, Register: true, Invitation: (enrol.Invitation{Token: token}).Secret()}
		x, err := a.Open(t.Context())
		if err == nil {
			x.Close()
		}
		return err
	}
	for _, token := range []string{"", "guessed"} {
		if err := register("web9", token); spec.KindOf(err) != spec.Denied || spec.HintOf(err) == "" {
			t.Errorf("with the invitation %q: %v", token, err)
		}
	}
	if err := register("web9", i.Token); err != nil {
		t.Fatalf("%v (%s)", err, spec.HintOf(err))
	}
	if err := register("web9", i.Token); err != nil { // it only logs in
		t.Error(err)
	}
	if err := register("web10", i.Token); spec.KindOf(err) != spec.Denied {
		t.Errorf("the same invitation again: %v", err)
	}
}

// An invitation expires.
func TestAnInvitationIsGoodForAWhile(t *testing.T) {
	s := xmpptest.Start(t, xmpptest.Prosody, xmpptest.NoRegistration, xmpptest.Admin("master", secret), xmpptest.Misconfigured("invite_expiry = 3600", "invite_expiry = -1"))
	i, err := operator(t, s).Invite(t.Context(), session.JID("web9@"+xmpptest.Domain), enrol.Link{Server: s.TLS})
	if err != nil {
		t.Fatal(err)
	}
	a := session.Account{JID: i.JID, Password: "first", Server: s.TLS, CAFile: s.CAFile, Register: true, Invitation: i.Secret()}
	if _, err := a.Open(t.Context()); spec.KindOf(err) != spec.Denied {
		t.Errorf("after its time: %v", err)
	}
}

func TestInvitationsAreOneWord(t *testing.T) {
	i := enrol.Invitation{JID: "web9@xmpp.test", Token: "abc", Until: 1, Masters: []string{"master@xmpp.test"}, Server: "x:1", CA: [][]byte{[]byte("der")}, Keys: []string{"a2V5"}}
	code, err := i.Code()
	if err != nil {
		t.Fatal(err)
	}
	got, err := enrol.ReadInvitation(code)
	if d := cmp.Diff(i, got); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
	for _, bad := range []string{"", "x", code[:len(code)-4], code[4:]} {
		if _, err := enrol.ReadInvitation(bad); spec.KindOf(err) != spec.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzReadInvitation(f *testing.F) {
	code, err := (enrol.Invitation{JID: "web9@xmpp.test", Token: "abc", Masters: []string{"master@xmpp.test"}}).Code()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(code)
	f.Fuzz(func(t *testing.T, code string) {
		if i, err := enrol.ReadInvitation(code); err == nil && (i.Token == "" || spec.Host(i.JID.Local()).Check() != nil) {
			t.Errorf("%q is %+v", code, i)
		}
	})
}
