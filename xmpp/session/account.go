package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/url"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Account is who connects, and how.
type Account struct {
	JID      JID
	Password value.Secret
	Resource string // "" lets the server choose

	// Server is the address of the server, host:port or a host, or the wss:// URL of its
	// WebSocket. "" asks DNS for the SRV records of the domain, and its web server for a
	// WebSocket (XEP-0156) if there is no way to any of those.
	Server   string
	StartTLS bool   // Server speaks TLS only after it was asked to; else it does so at once
	CAFile   string // certificates of the authorities that are trusted, in PEM; "" trusts those of the system
	Register bool   // make the account if the server refuses it, and lets us

	Invitation value.Secret // makes the account on a server that wants one; "" is none

	Logger *slog.Logger // nil discards

	// Dial connects to an address, LookupSRV asks DNS; nil is that of net.
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	LookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)

	// Proxy says which one a request over HTTPS goes through; nil does as the environment says.
	Proxy func(*http.Request) (*url.URL, error)
}

// tls is how to know the server: its certificate must name the domain.
func (a Account) tls() (*tls.Config, error) {
	roots, err := Authorities(a.CAFile)
	if err != nil {
		return nil, err
	}
	return &tls.Config{ServerName: a.JID.Domain(), MinVersion: tls.VersionTLS12, NextProtos: []string{"xmpp-client"}, RootCAs: roots}, nil
}

// Authorities are those of a file in PEM; nil, which stands for the system's, if file is "".
// To read all of the system's takes longer than all else that a command does.
func Authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := spec.ReadText(file)
	if err != nil {
		return nil, spec.Errorf(spec.Invalid, "cannot read the certificate of the authority: %v", err).WithHint("ca_file must name a file in PEM")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, spec.Errorf(spec.Invalid, "there is no certificate in %s", file).WithHint("it must hold certificates in PEM")
	}
	return pool, nil
}

func (a Account) check() error {
	switch {
	case a.JID.Local() == "":
		return spec.Errorf(spec.Invalid, "%q is not the address of an account", a.JID).WithHint("write it as name@domain")
	case a.Password == "":
		return spec.Errorf(spec.Invalid, "there is no password for %s", a.JID.Bare())
	}
	return nil
}
