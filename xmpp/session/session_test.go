//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package session_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// account is a new one on a server, made when it connects first.
func account(s *xmpptest.Server, name string) session.Account {
	return session.Account{JID: session.JID(xmpptest.User(name) + "@" + xmpptest.Domain), Password: "correct horse",
		Server: s.TLS, CAFile: s.CAFile, Register: true}
}

// open connects and serves until the test ends.
func open(t *testing.T, a session.Account, handle func(*session.Session, *session.Element)) *session.Session {
	t.Helper()
	s, err := a.Open(t.Context())
	if err != nil {
		t.Fatalf("%v (%s)", err, spec.HintOf(err))
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(func(e *session.Element) {
			if handle != nil {
				handle(s, e)
			}
		})
	}()
	t.Cleanup(func() { s.Close(); <-done })
	return s
}

func TestOpen(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k, xmpptest.WebSocket)
		for name, change := range map[string]func(*session.Account){
			"direct TLS": func(*session.Account) {},
			"WebSocket":  func(a *session.Account) { a.Server = server.At(server.Web) },
			"STARTTLS":   func(a *session.Account) { a.Server, a.StartTLS = server.StartTLS, true },
		} {
			t.Run(name, func(t *testing.T) {
				a := account(server, "alice")
				a.Resource = "agent"
				change(&a)
				for range 2 { // the second time the account exists
					s := open(t, a, nil)
					if s.JID() != a.JID.With("agent") {
						t.Errorf("the address is %s", s.JID())
					}
					if _, err := s.Call(t.Context(), "get", xmpptest.Domain, session.New("urn:xmpp:ping", "ping")); err != nil {
						t.Errorf("the server does not answer: %v", err)
					}
					s.Close()
					a.Register = false
				}
			})
		}
	})
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		closed := xmpptest.Start(t, k, xmpptest.NoRegistration)
		known := account(server, "alice")
		open(t, known, nil).Close()
		nobody := xmpptest.Start(t, xmpptest.Prosody)
		nobody.Kill()
		noCA := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(noCA, []byte("nothing"), 0o600); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			change func(*session.Account)
			kind   spec.Kind
			says   string
		}{
			"wrong password":      {func(a *session.Account) { a.Password = "battery staple"; a.Register = false }, spec.Denied, "refuses the password"},
			"wrong, and register": {func(a *session.Account) { a.Password = "battery staple" }, spec.Denied, "refuses the password"},
			"not registered":      {func(a *session.Account) { a.JID = "nobody@" + xmpptest.Domain; a.Register = false }, spec.Denied, "has no such account"},
			"may not register": {func(a *session.Account) {
				a.JID, a.Server, a.CAFile = "bob@"+xmpptest.Domain, closed.TLS, closed.CAFile
			}, spec.Denied, "account"},
			"unknown authority": {func(a *session.Account) { a.CAFile = "" }, spec.Unavailable, "authority"},
			"another authority": {func(a *session.Account) { a.CAFile = closed.CAFile }, spec.Unavailable, "authority"},
			"authority, STARTTLS": {func(a *session.Account) { a.CAFile, a.Server, a.StartTLS = "", server.StartTLS, true },
				spec.Unavailable, "authority"},
			"another domain":     {func(a *session.Account) { a.JID = "alice@other.test" }, spec.Unavailable, "other.test"},
			"no server":          {func(a *session.Account) { a.Server = nobody.TLS }, spec.Unavailable, "connection refused"},
			"no such host":       {func(a *session.Account) { a.Server = "host.invalid" }, spec.Unavailable, "host"},
			"TLS to a plain":     {func(a *session.Account) { a.Server = server.StartTLS }, spec.Unavailable, "connect to"},
			"STARTTLS to TLS":    {func(a *session.Account) { a.Server, a.StartTLS = server.TLS, true }, spec.Unavailable, "connect to"},
			"no address":         {func(a *session.Account) { a.JID = "alice" }, spec.Invalid, "address"},
			"no password":        {func(a *session.Account) { a.Password = "" }, spec.Invalid, "no password"},
			"no authority":       {func(a *session.Account) { a.CAFile = noCA }, spec.Invalid, "no certificate in"},
			"authority not here": {func(a *session.Account) { a.CAFile = noCA + ".not" }, spec.Invalid, "no such file"},
		} {
			t.Run(name, func(t *testing.T) {
				a := known
				tt.change(&a)
				s, err := a.Open(t.Context())
				if err == nil {
					s.Close()
					t.Fatal("it connects")
				}
				t.Logf("%v\n  hint: %s", err, spec.HintOf(err))
				if spec.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("error is %v of kind %q, want %q of kind %q", err, spec.KindOf(err), tt.says, tt.kind)
				}
				if strings.Contains(err.Error()+spec.HintOf(err), a.Password.Reveal()) && a.Password != "" {
					t.Error("the password is in the error")
				}
			})
		}
	})
}

func TestOpenEndsWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // it never accepts
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	a := session.Account{JID: "alice@xmpp.test", Password: "secret", Server: l.Addr().String()}
	if _, err := a.Open(ctx); spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), "in time") {
		t.Errorf("error is %v", err)
	}
}

func TestStanzasReachWhomTheyAreFor(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		got := make(chan *session.Element, 10)
		echo := open(t, account(server, "bob"), func(s *session.Session, e *session.Element) {
			if e.Local == "iq" {
				_ = s.Send(session.Answer(e, e.Kids...))
				return
			}
			got <- e
		})
		me := open(t, account(server, "alice"), nil)
		const text = "<&>'\" ☃ \t and more"
		e, err := me.Call(t.Context(), "set", echo.JID(), session.New("urn:test", "say", "a", text).WithText(text))
		if err != nil {
			t.Fatal(err)
		}
		if say := e.Kid("urn:test", "say"); say.Attr("a") != text || say.Text != text {
			t.Errorf("it came back as %s", e)
		}
		if err := me.Send(session.Stanza("message", "type", "headline", "to", string(echo.JID())).Add(session.New("urn:test", "x"))); err != nil {
			t.Fatal(err)
		}
		if e := <-got; e.From() != me.JID() || e.Type() != "headline" {
			t.Errorf("it received %s", e)
		}
	})
}

func TestACallEndsWhenWhoIsAskedGoesAway(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		asked := make(chan struct{}, 1)
		mute := open(t, account(server, "bob"), func(_ *session.Session, e *session.Element) {
			if e.Local == "iq" {
				asked <- struct{}{}
			}
		})
		me := open(t, account(server, "alice"), nil)
		// directed presence: both are told when the other leaves
		for _, s := range []struct{ a, b *session.Session }{{mute, me}, {me, mute}} {
			if err := s.a.Send(session.Stanza("presence", "to", string(s.b.JID()))); err != nil {
				t.Fatal(err)
			}
		}
		end := make(chan error, 1)
		go func() {
			_, err := me.Call(t.Context(), "get", mute.JID(), session.New("urn:test", "x"))
			end <- err
		}()
		<-asked
		mute.Close()
		// the server answers for who has left, or tells first that they left; both before or after the next call
		offline := func(err error) bool {
			if e, ok := errors.AsType[*session.StanzaError](err); ok {
				return e.Condition == "recipient-unavailable" || e.Condition == "service-unavailable"
			}
			return spec.KindOf(err) == spec.Unavailable && strings.Contains(err.Error(), "went offline")
		}
		if err := <-end; !offline(err) {
			t.Errorf("error is %v", err)
		}
		if _, err := me.Call(t.Context(), "get", mute.JID(), session.New("urn:test", "x")); !offline(err) {
			t.Errorf("of who is not there: %v", err)
		}
	})
}

func TestCallsEndWithTheSession(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		asked := make(chan struct{}, 1)
		mute := open(t, account(server, "bob"), func(*session.Session, *session.Element) { asked <- struct{}{} })
		me := open(t, account(server, "alice"), nil)
		end := make(chan error, 1)
		go func() {
			_, err := me.Call(t.Context(), "get", mute.JID(), session.New("urn:test", "x"))
			end <- err
		}()
		<-asked
		server.Kill()
		if err := <-end; spec.KindOf(err) != spec.Unavailable {
			t.Errorf("error is %v", err)
		}
		if _, err := me.Call(t.Context(), "get", "", session.New("urn:test", "x")); spec.KindOf(err) != spec.Unavailable {
			t.Errorf("afterwards the error is %v", err)
		}
	})
}

func TestAnswersOfOthersDoNotCount(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		ids, arrived := make(chan string, 1), make(chan bool, 1)
		honest := open(t, account(server, "bob"), func(_ *session.Session, e *session.Element) { ids <- e.ID() })
		liar := open(t, account(server, "eve"), nil)
		me := open(t, account(server, "alice"), func(*session.Session, *session.Element) { arrived <- true })
		said := make(chan string, 1)
		go func() {
			e, err := me.Call(t.Context(), "get", honest.JID(), session.New("urn:test", "x"))
			if err != nil {
				t.Error(err)
			}
			said <- e.Kid("urn:test", "").Attr("by")
		}()
		id := <-ids
		for _, typ := range []string{"result", "error"} {
			_ = liar.Send(session.Stanza("iq", "type", typ, "id", id, "to", string(me.JID())).Add(session.New("urn:test", "said", "by", "liar")))
		}
		_ = liar.Send(session.Stanza("message", "type", "headline", "to", string(me.JID())))
		<-arrived // and so have those before
		_ = honest.Send(session.Stanza("iq", "type", "result", "id", id, "to", string(me.JID())).Add(session.New("urn:test", "said", "by", "honest")))
		if by := <-said; by != "honest" {
			t.Errorf("it was answered by %q", by)
		}
	})
}
