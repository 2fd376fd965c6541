package enrol_test

import (
	"testing"

	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
)

const secret = "correct horse"

// operator is one who is connected to a server.
func operator(t *testing.T, s *xmpptest.Server) enrol.Accounts {
	t.Helper()
	a := session.Account{JID: "master@" + xmpptest.Domain, Password: secret, Server: s.TLS, CAFile: s.CAFile, Register: true}
	k := session.Connect(a.Open, session.Hooks{Up: func(*session.Session) {}, Down: func(*session.Session, error) {}, Stanza: func(*session.Session, *session.Element) {}})
	t.Cleanup(k.Close)
	x, err := k.Wait(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	c, err := enrol.NewAccounts(t.Context(), x, a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// works reports whether one can log in to an account.
func works(t *testing.T, s *xmpptest.Server, jid session.JID, password value.Secret) bool {
	t.Helper()
	x, err := session.Account{JID: jid, Password: password, Server: s.TLS, CAFile: s.CAFile}.Open(t.Context())
	if err == nil {
		x.Close()
		return true
	}
	if spec.KindOf(err) != spec.Denied {
		t.Fatal(err)
	}
	return false
}

// An operator who is an administrator of the server makes accounts of agents there, gives one
// that exists the password of a host that was installed anew, and removes them.
func TestAnAdministratorMakesAccounts(t *testing.T) {
	//nolint:thelper // it is the test
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		s := xmpptest.Start(t, k, xmpptest.NoRegistration, xmpptest.Admin("master", secret))
		c, jid := operator(t, s), session.JID("web1@"+xmpptest.Domain)
		if !c.Admin || c.Open {
			t.Fatalf("administrator %v, open %v", c.Admin, c.Open)
		}
		for _, password := range []value.Secret{"first", "first", "second"} {
			if err := c.Make(t.Context(), jid, password); err != nil {
				t.Fatalf("%v (%s)", err, spec.HintOf(err))
			}
			if !works(t, s, jid, password) {
				t.Errorf("the password %s does not work", password.Reveal())
			}
		}
		if works(t, s, jid, "first") {
			t.Error("the first password still works")
		}
		if err := c.Remove(t.Context(), jid, "first"); err != nil { // which is not its own any more
			t.Fatal(err)
		}
		if works(t, s, jid, "second") {
			t.Error("the account is still there")
		}
	})
}

// Where anybody may make an account, nobody need be an administrator, and an agent's account
// removes itself.
func TestAccountsAreRegistered(t *testing.T) {
	//nolint:thelper // it is the test
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		s := xmpptest.Start(t, k)
		c, jid := operator(t, s), session.JID("web1@"+xmpptest.Domain)
		if c.Admin || !c.Open {
			t.Fatalf("administrator %v, open %v", c.Admin, c.Open)
		}
		for range 2 {
			if err := c.Make(t.Context(), jid, "first"); err != nil {
				t.Fatalf("%v (%s)", err, spec.HintOf(err))
			}
		}
		if err := c.Make(t.Context(), jid, "second"); spec.KindOf(err) != spec.Denied {
			t.Errorf("somebody's account: %v", err)
		}
		if err := c.Remove(t.Context(), jid, "first"); err != nil {
			t.Fatal(err)
		}
		if works(t, s, jid, "first") {
			t.Error("the account is still there")
		}
	})
}

// Who may make no account is told what to change.
func TestNobodyMakesAccounts(t *testing.T) {
	s := xmpptest.Start(t, xmpptest.Prosody, xmpptest.NoRegistration, xmpptest.Admin("master", secret), xmpptest.Misconfigured(`"admin_adhoc";`, ""))
	c := operator(t, s)
	err := c.Make(t.Context(), session.JID("web1@"+xmpptest.Domain), "first")
	if spec.KindOf(err) != spec.Denied || spec.HintOf(err) == "" {
		t.Errorf("%v (%s)", err, spec.HintOf(err))
	}
}
