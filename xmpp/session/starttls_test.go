package session_test

import (
	"bufio"
	"net"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Somebody on the way, or a server without TLS, does not get what is sent in clear.
func TestAServerThatDoesNotOfferSTARTTLS(t *testing.T) {
	const features = "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>"
	for name, tt := range map[string]struct{ says, want, hint string }{
		"not offered":  {openStream + features, "does not offer STARTTLS", "takes the offer out"},
		"no XML":       {"<no<xml", "does not speak XMPP", "is it an XMPP server"},
		"nothing":      {openStream + "<stream:features/>", "does not offer STARTTLS", "takes the offer out"},
		"refused":      {openStream + "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features><failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>", "refuses STARTTLS", ""},
		"a web server": {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html><body>no</body></html>", "does not speak XMPP", "is it an XMPP server"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			heard := make(chan string, 1)
			go func() {
				defer close(heard)
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer func() { _ = c.Close() }()
				r := bufio.NewReader(c)
				first, _ := r.ReadString('>')
				_, _ = c.Write([]byte(tt.says))
				rest := make([]byte, 4096)
				for {
					n, err := r.Read(rest)
					first += string(rest[:n])
					if err != nil {
						break
					}
				}
				heard <- first
			}()
			a := session.Account{JID: "alice@example.com", Password: "correct horse", Server: l.Addr().String(), StartTLS: true}
			_, err = a.Open(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(spec.HintOf(err), tt.hint) {
				t.Errorf("%v, hint %q", err, spec.HintOf(err))
			}
			if said := <-heard; strings.Contains(said, "<auth") {
				t.Errorf("a login was tried in clear: %s", said)
			}
		})
	}
}
