package session_test

import (
	"bufio"
	"cmp"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/armonic/armonic/xmpp/session"
)

// scripted is a server that answers as it is told: with direct TLS and SCRAM-SHA-1, for
// the domain example.com.
type scripted struct {
	password string // "" refuses every login
	refuse   string // condition of SASL, if not not-authorized
	register string // answer to a registration, inside an iq; "" does not offer it
	bind     string // answer to bind, inside an iq of type error; "" gives the resource
	resource string // the one that is given; "" is what was asked for
	error    string // condition of a stream error, in the place of features
	rounds   string // SCRAM's iteration count, 4096 if ""; what follows it belongs to the challenge
	binding  string // a type of channel binding that is offered, and must be used
	stripped bool   // somebody on the way takes the offer of channel binding out

	address, caFile string

	mu                    sync.Mutex
	logins, registrations int
	registered            string
	said                  string // the header and the last message of a login
}

func (s *scripted) start(t *testing.T) *scripted {
	t.Helper()
	certified := httptest.NewTLSServer(nil) // its certificate names example.com
	certified.Close()
	s.caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(s.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certified.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certified.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	var work sync.WaitGroup
	work.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			work.Go(func() {
				defer c.Close()
				s.serve(c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); work.Wait() })
	return s
}

func (s *scripted) account() session.Account {
	return session.Account{JID: "alice@example.com", Password: "correct horse", Server: s.address, CAFile: s.caFile}
}

const (
	openStream = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='example.com' version='1.0'>"
	saslSpace  = "urn:ietf:params:xml:ns:xmpp-sasl"
)

// element reads up to the end of a tag that begins with one of some texts, and gives
// all that was read.
func element(r *bufio.Reader, until ...string) (string, bool) {
	var all strings.Builder
	for {
		part, err := r.ReadString('>')
		all.WriteString(part)
		if err != nil {
			return "", false
		}
		for _, u := range until {
			if strings.Contains(part, u) {
				return all.String(), true
			}
		}
	}
}

func (s *scripted) serve(c net.Conn) {
	r := bufio.NewReader(c)
	say := func(format string, args ...any) { fmt.Fprintf(c, format, args...) }
	plus := ""
	if s.binding != "" && !s.stripped {
		plus = "<mechanism>SCRAM-SHA-1-PLUS</mechanism>"
	}
	features := "<mechanisms xmlns='" + saslSpace + "'><mechanism>SCRAM-SHA-1</mechanism>" + plus + "</mechanisms>"
	if plus != "" {
		features += "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='" + s.binding + "'/></sasl-channel-binding>"
	}
	if s.register != "" {
		features += "<register xmlns='http://jabber.org/features/iq-register'/>"
	}
	if _, ok := element(r, "<stream:stream"); !ok {
		return
	}
	if s.error != "" {
		say("%s<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>", openStream, s.error)
		return
	}
	say("%s<stream:features>%s</stream:features>", openStream, features)
	for {
		said, ok := element(r, "</auth>", "</iq>")
		switch {
		case !ok:
			return
		case strings.Contains(said, "jabber:iq:register"):
			s.mu.Lock()
			s.registrations++
			s.registered = said
			s.mu.Unlock()
			say("%s", s.register)
		case s.scram(c, r, say, said):
			s.bound(r, say)
			return
		default:
			return
		}
	}
}

// scram takes a login, if it is to be taken.
func (s *scripted) scram(c net.Conn, r *bufio.Reader, say func(string, ...any), auth string) bool {
	s.mu.Lock()
	s.logins++
	s.mu.Unlock()
	if s.password == "" {
		refuse := s.refuse
		if refuse == "" {
			refuse = "not-authorized"
		}
		say("<failure xmlns='%s'><%s/></failure>", saslSpace, refuse)
		return false
	}
	inside := func(e string) string {
		e = e[strings.Index(e, ">")+1:]
		e, _, _ = strings.Cut(e, "<")
		b, _ := base64.StdEncoding.DecodeString(e)
		return string(b)
	}
	hello := strings.SplitN(inside(auth), ",", 3)
	header, first := hello[0]+",,", hello[2]
	_, nonce, _ := strings.Cut(first, "r=")
	salt := []byte("salt")
	challenge := "r=" + nonce + "more,s=" + base64.StdEncoding.EncodeToString(salt) + ",i=" + cmp.Or(s.rounds, "4096")
	say("<challenge xmlns='%s'>%s</challenge>", saslSpace, base64.StdEncoding.EncodeToString([]byte(challenge)))
	response, ok := element(r, "</response>")
	if !ok {
		return false
	}
	final, _, _ := strings.Cut(inside(response), ",p=")
	s.mu.Lock()
	s.said = header + " " + final
	s.mu.Unlock()
	if strings.HasPrefix(header, "p=") {
		st := c.(*tls.Conn).ConnectionState()
		key, _ := st.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
		if !strings.HasPrefix(final, "c="+base64.StdEncoding.EncodeToString([]byte(header+string(key)))) {
			say("<failure xmlns='%s'><not-authorized/></failure>", saslSpace)
			return false
		}
	} else if s.binding != "" && header == "y,," { // RFC 5802: somebody took the offer out
		say("<failure xmlns='%s'><not-authorized/></failure>", saslSpace)
		return false
	}
	salted, _ := pbkdf2.Key(sha1.New, s.password, salt, 4096, sha1.Size)
	sum := func(key []byte, text string) []byte {
		h := hmac.New(sha1.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	v := sum(sum(salted, "Server Key"), first+","+challenge+","+final)
	say("<success xmlns='%s'>%s</success>", saslSpace, base64.StdEncoding.EncodeToString([]byte("v="+base64.StdEncoding.EncodeToString(v))))
	_, ok = element(r, "<stream:stream")
	return ok
}

// bound gives a resource, and waits for the end.
func (s *scripted) bound(r *bufio.Reader, say func(string, ...any)) {
	const space = "urn:ietf:params:xml:ns:xmpp-bind"
	say("%s<stream:features><bind xmlns='%s'/></stream:features>", openStream, space)
	asked, ok := element(r, "</iq>")
	if !ok {
		return
	}
	if s.bind != "" {
		say("<iq type='error' id='bind'>%s</iq>", s.bind)
		return
	}
	resource := s.resource
	if resource == "" {
		_, resource, _ = strings.Cut(asked, "<resource>")
		resource, _, _ = strings.Cut(resource, "<")
	}
	say("<iq type='result' id='bind'><bind xmlns='%s'><jid>alice@example.com/%s</jid></bind></iq>", space, resource)
	_, _ = element(r, "</stream:stream>")
}

func (s *scripted) counts() (logins, registrations int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins, s.registrations
}

// heard is what the server heard of a login that went on after its challenge.
func (s *scripted) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said
}
