//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package server_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/xmpp/session"
)

const password = "correct horse battery"

func start(t *testing.T, k xmpptest.Kind, options ...xmpptest.Option) (*xmpptest.Server, session.Account) {
	t.Helper()
	s := xmpptest.Start(t, k, append(options, xmpptest.Admin("master", password))...)
	return s, session.Account{JID: "master@" + xmpptest.Domain, Password: password, Server: s.TLS, CAFile: s.CAFile}
}

const rooms = "logs." + xmpptest.Domain

func line(r *server.Report, name string) server.Line {
	for _, l := range r.Lines {
		if l.Name == name {
			return l
		}
	}
	return server.Line{}
}

// What is written is what the check is content with, on every port, and the first
// account can log in.
func TestWhatIsWrittenIsFine(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		s, a := start(t, k, xmpptest.WebSocket)
		for name, change := range map[string]func(*session.Account){
			"direct TLS": func(*session.Account) {},
			"WebSocket":  func(a *session.Account) { a.Server = s.At(s.Web) },
			"STARTTLS":   func(a *session.Account) { a.Server, a.StartTLS = s.StartTLS, true },
		} {
			t.Run(name, func(t *testing.T) {
				a := a
				change(&a)
				var told []server.Line
				r := server.Check(t.Context(), a, rooms, func(l server.Line) { told = append(told, l) })
				for _, l := range r.Lines {
					t.Log(l)
					if l.Name == "registration" {
						finding{"registration", server.Warn, "anybody who reaches the server can make an account", "approve: [none]"}.in(t, r)
					} else if l.Status != server.OK && l.Name != "rate" && l.Name != "latency" { // these are of this machine
						t.Errorf("%s: %s %s (%s)", l.Name, l.Status, l.Text, l.Fix)
					}
				}
				if len(told) != len(r.Lines) || len(told) < 12 || r.Failed() || r.Unreachable {
					t.Errorf("%d lines were told, %d reported; failed %v, unreachable %v", len(told), len(r.Lines), r.Failed(), r.Unreachable)
				}
				if !strings.EqualFold(string(r.Make), string(k)) || r.Version == "" || r.Rate == 0 || r.P99 < r.P50 || r.P50 == 0 {
					t.Errorf("the report is %+v", r)
				}
			})
		}
	})
}

// finding is what a check is to find.
type finding struct {
	name   string
	status server.Status
	text   string
	fix    string
}

func (f finding) in(t *testing.T, r *server.Report) {
	t.Helper()
	got := line(r, f.name)
	if got.Status != f.status || !strings.Contains(got.Text, f.text) || !strings.Contains(got.Fix, f.fix) {
		t.Errorf("the line is %+v, want %+v", got, f)
		for _, l := range r.Lines {
			t.Log(l)
		}
	}
}

func TestWhatIsWrongWithTheClientIsFound(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		s, good := start(t, k, xmpptest.NoRegistration, xmpptest.WebSocket)
		other := xmpptest.Start(t, xmpptest.Prosody)
		other.Kill()
		for name, c := range map[string]struct {
			change func(*session.Account)
			want   finding
		}{
			"another authority": {func(a *session.Account) { a.CAFile = other.CAFile },
				finding{"authority", server.Fail, "signed by Armonic authority of xmpp.test", "--ca-file"}},
			"not its domain": {func(a *session.Account) { a.JID = "master@other.test" },
				map[xmpptest.Kind]finding{
					xmpptest.Prosody:  {"tls", server.Fail, "unrecognized name", "is other.test among the domains"},
					xmpptest.Ejabberd: {"stream", server.Fail, "host-unknown", "is other.test among the domains"},
				}[k]},
			"wrong password": {func(a *session.Account) { a.Password = "wrong" },
				finding{"login", server.Fail, "the server refuses the password of master@xmpp.test", "check the password"}},
			"registration off": {func(a *session.Account) { a.JID, a.Register = "web1@xmpp.test", true },
				finding{"registration", server.Warn, "not offered", map[xmpptest.Kind]string{xmpptest.Prosody: "allow_registration = true", xmpptest.Ejabberd: "mod_register"}[k]}},
			"no TLS at once": {func(a *session.Account) { a.Server = s.StartTLS },
				finding{"tls", server.Fail, "no TLS", "--starttls"}},
			"TLS at once": {func(a *session.Account) { a.StartTLS = true },
				finding{"tls", server.Fail, "no TLS", "leave out --starttls"}},
			"no WebSocket": {func(a *session.Account) { a.Server = "wss://" + s.Web + "/nothing" },
				finding{"websocket", server.Fail, "there is no WebSocket: 404 Not Found", `modules_enabled "websocket"`}},
			"a WebSocket without HTTPS": {func(a *session.Account) { a.Server = "wss://" + s.StartTLS + "/xmpp-websocket" },
				finding{"websocket", server.Fail, "", "port for HTTPS"}},
			"a WebSocket of others": {func(a *session.Account) { a.JID, a.Server = "master@other.test", s.At(s.Web) },
				finding{"certificate", server.Fail, "it names neither 127", "must name the host, or the domain"}},
			"nobody there": {func(a *session.Account) { a.Server = other.TLS },
				finding{"address", server.Fail, "connection refused", "is the server running"}},
		} {
			t.Run(name, func(t *testing.T) {
				a := good
				c.change(&a)
				r := server.Check(t.Context(), a, rooms, nil)
				c.want.in(t, r)
				if len(r.Lines) == 0 || !r.Failed() && c.want.status == server.Fail || r.Unreachable != (name == "nobody there") {
					t.Errorf("failed %v, unreachable %v", r.Failed(), r.Unreachable)
				}
				for _, l := range r.Lines {
					if strings.Contains(l.Text+l.Fix, a.Password.Reveal()+" ") {
						t.Errorf("the password is in %+v", l)
					}
				}
			})
		}
	})
}

// What is found through a proxy, where nothing else gets out, and what names it.
func TestCheckThroughAProxy(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		s, a := start(t, k, xmpptest.WebSocket)
		_, port, _ := net.SplitHostPort(s.Web)
		at := "wss://" + xmpptest.Domain + ":" + port + "/xmpp-websocket"
		way := map[string]string{xmpptest.Domain + ":" + port: s.Web}
		a.LookupSRV = func(context.Context, string, string, string) (string, []*net.SRV, error) {
			return "", nil, &net.DNSError{Err: "no such host", IsNotFound: true}
		}
		check := func(at string) *server.Report {
			a.Proxy, a.Server = xmpptest.NewWebProxy(t, way).For, at
			return server.Check(t.Context(), a, rooms, nil)
		}
		r := check("")
		finding{"address", server.Fail, "does not let us connect to xmpp.test:443: 403 Forbidden", "--server HOST:PORT, or wss://"}.in(t, r)
		if !r.Unreachable {
			t.Error("it is reached")
		}
		finding{"host-meta", server.OK, "there is none, so that everybody needs the setting server: " + at, ""}.in(t, check(at))
		way[xmpptest.Domain+":443"] = s.Web // the web server of the domain
		r = check("")
		finding{"address", server.OK, at + ", as https://xmpp.test/.well-known/host-meta says", ""}.in(t, r)
		finding{"host-meta", server.OK, "names it", ""}.in(t, r)
		finding{"login", server.OK, "as master@xmpp.test", ""}.in(t, r)
		way["127.0.0.1:"+port] = s.Web
		finding{"host-meta", server.Warn, "names " + at + ", not wss://127.0.0.1", "XEP-0156"}.in(t, check("wss://127.0.0.1:"+port+"/xmpp-websocket"))
	})
}

func TestWhatIsWrongWithTheServerIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	cases := map[xmpptest.Kind]map[string]struct {
		change []string
		want   finding
	}{
		xmpptest.Prosody: {
			"another domain in the certificate": {[]string{`VirtualHost "xmpp.test"`, `VirtualHost "other.test"`},
				finding{"certificate", server.Fail, "it does not name other.test but xmpp.test, logs.xmpp.test", "the domain of the accounts"}},
			"low limits": {[]string{"20mb/s", "30kb/s"}, finding{"rate", server.Warn, "small calls a second", "in Prosody's configuration: limits ="}},
			"no rooms": {[]string{`Component "logs.xmpp.test" "muc"`, ""},
				finding{"rooms", server.Fail, "the server has no service of rooms", `Component "logs.xmpp.test" "muc"`}},
			"rooms are locked": {[]string{"muc_room_locking = false", "muc_room_locking = true"},
				finding{"rooms", server.Fail, "others cannot join a new room", "muc_room_locking = false"}},
			"no acknowledgements": {[]string{`"smacks";`, ""}, finding{"dead links", server.Warn, "XEP-0198", `"smacks"`}},
			"small stanzas": {[]string{`password_hash`, "c2s_stanza_size_limit = 50000\npassword_hash"},
				finding{"stanza size", server.Fail, "200 KiB does not go through", "c2s_stanza_size_limit"}},
			"SHA-1": {[]string{`"SHA-256"`, `"SHA-1"`}, finding{"sasl", server.Warn, "there is no SCRAM-SHA-256", `password_hash = "SHA-256"`}},
		},
		xmpptest.Ejabberd: {
			"another domain in the certificate": {[]string{`- "xmpp.test"`, `- "other.test"`},
				finding{"certificate", server.Fail, "it does not name other.test but xmpp.test, logs.xmpp.test", "the domain of the accounts"}},
			"low limits": {[]string{"rate: 20000000", "rate: 30000", "burst_size: 40000000", "burst_size: 30000"},
				finding{"rate", server.Warn, "small calls a second", "in ejabberd.yml: shaper"}},
			"rooms elsewhere": {[]string{`host: "logs.xmpp.test"`, `host: "rooms.xmpp.test"`},
				finding{"rooms", server.Fail, "rooms.xmpp.test is", "--muc-domain rooms.xmpp.test"}},
			"small stanzas": {[]string{"max_stanza_size: 262144", "max_stanza_size: 50000"},
				finding{"stanza size", server.Fail, "200 KiB does not go through", "max_stanza_size"}},
			"nobody may make rooms": {[]string{"access_create: local", "access_create: none"},
				finding{"rooms", server.Fail, "cannot make a room", "access_create: local"}},
		},
	}
	for _, k := range xmpptest.Kinds() {
		for name, c := range cases[k] {
			t.Run(string(k)+"/"+name, func(t *testing.T) {
				t.Parallel()
				_, a := start(t, k, xmpptest.Misconfigured(c.change...))
				if c.want.name == "certificate" {
					a.JID = "master@other.test"
				}
				c.want.in(t, server.Check(t.Context(), a, rooms, nil))
			})
		}
	}
}

// Who wants no rooms is told of none.
func TestNoRoomsWanted(t *testing.T) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	_, a := start(t, xmpptest.Prosody)
	finding{"rooms", server.OK, "none are wanted", ""}.in(t, server.Check(t.Context(), a, "", nil))
}

// A server that answers with nothing has no rooms.
func TestAnEmptyAnswer(t *testing.T) {
	ours, theirs := net.Pipe()
	s := session.Over(ours, "a@b/c", nil)
	var work sync.WaitGroup
	defer work.Wait()
	defer s.Close()
	defer theirs.Close()
	work.Go(func() { _ = s.Serve(func(*session.Element) {}) })
	work.Go(func() {
		d := xml.NewDecoder(theirs)
		for {
			var iq struct {
				ID string `xml:"id,attr"`
			}
			if d.Decode(&iq) != nil {
				return
			}
			if _, err := fmt.Fprintf(theirs, "<iq type='result' id='%s' from='b'/>", iq.ID); err != nil {
				return
			}
		}
	})
	if found := server.Services(t.Context(), s, "b"); len(found) > 0 {
		t.Errorf("it has %v", found)
	}
}

// A room is on no list, not even before who made it has said so: who knows its name may
// read it.
func TestRoomsAreNotListed(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		_, a := start(t, k)
		joined := make(chan bool, 1)
		open := func(a session.Account) *session.Session {
			t.Helper()
			s, err := a.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = s.Serve(func(e *session.Element) {
					if e.Local == "presence" && e.From() == "secret@"+rooms+"/me" {
						joined <- e.Type() == ""
					}
				})
			}()
			t.Cleanup(func() { s.Close(); <-done })
			return s
		}
		master := open(a)
		if err := master.Send(session.Stanza("presence", "to", "secret@"+rooms+"/me").Add(session.New("http://jabber.org/protocol/muc", "x"))); err != nil {
			t.Fatal(err)
		}
		if !<-joined {
			t.Fatal("it cannot be joined")
		}
		a.JID, a.Register = "eve@"+xmpptest.Domain, true
		list, err := open(a).Call(t.Context(), "get", rooms, session.New("http://jabber.org/protocol/disco#items", "query"))
		if err != nil || strings.Contains(list.String(), "secret@") {
			t.Errorf("error %v, the list is %s", err, list)
		}
	})
}
