package server

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/armonic/armonic/xmpp/session"
)

// offer is what a server shows before anybody logs in.
type offer struct {
	tls      tls.ConnectionState
	how      string // TLS is used
	sasl     []string
	register bool
}

const (
	nsStream = "http://etherx.jabber.org/streams"
	nsTLS    = "urn:ietf:params:xml:ns:xmpp-tls"
)

// streamTime bounds looking at an offer.
const streamTime = 15 * time.Second

// features is the element of this name, as far as it matters here.
type features struct {
	StartTLS   *struct{} `xml:"urn:ietf:params:xml:ns:xmpp-tls starttls"`
	Mechanisms []string  `xml:"urn:ietf:params:xml:ns:xmpp-sasl mechanisms>mechanism"`
	Register   *struct{} `xml:"http://jabber.org/features/iq-register register"`
	Invitation *struct{} `xml:"urn:xmpp:ibr-token:0 register"` // without one nobody registers
}

// readOffer connects to an endpoint and reads what it offers, whatever its certificate is:
// no password is sent.
func readOffer(ctx context.Context, a session.Account, at session.Endpoint) (*offer, error) {
	ctx, cancel := context.WithTimeout(ctx, streamTime)
	defer cancel()
	domain := a.JID.Domain()
	if at.URL != "" {
		return readWebOffer(ctx, a, at)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", at.Address)
	if err != nil {
		return nil, &unreachableError{err}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close() // nothing was sent that must arrive
	}()
	o := &offer{how: "direct"}
	config := &tls.Config{ServerName: domain, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, NextProtos: []string{"xmpp-client"}} //nolint:gosec // it is judged afterwards
	if at.StartTLS {
		f, err := o.open(conn, domain)
		if err != nil {
			return nil, err
		}
		if f.StartTLS == nil {
			return nil, errNoTLS
		}
		if err := o.proceed(conn); err != nil {
			return nil, err
		}
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	o.tls = secure.ConnectionState()
	err = o.features(secure, domain)
	return o, err
}

// readWebOffer is readOffer for a WebSocket.
func readWebOffer(ctx context.Context, a session.Account, at session.Endpoint) (*offer, error) {
	conn, state, err := a.Look(ctx, at)
	switch {
	case session.NotReached(err):
		return nil, &unreachableError{err}
	case err != nil:
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close() // nothing was sent that must arrive
	}()
	o := &offer{how: "WebSocket", tls: state}
	err = o.features(conn, a.JID.Domain())
	return o, err
}

// features are those after TLS.
func (o *offer) features(c io.ReadWriter, domain string) error {
	f, err := o.open(c, domain)
	if err != nil {
		return fmt.Errorf("after TLS: %w", err)
	}
	o.sasl, o.register = f.Mechanisms, f.Register != nil && f.Invitation == nil
	return nil
}

// RegistrationIsOpen reports whether the server of an account lets anybody make one.
func RegistrationIsOpen(ctx context.Context, a session.Account) (bool, error) {
	var last error
	for at, err := range a.Endpoints(ctx) {
		var o *offer
		if err == nil {
			o, err = readOffer(ctx, a, at)
		}
		if last = err; err == nil {
			return o.register, nil
		}
	}
	return false, last
}

// unreachableError says that nobody takes connections.
type unreachableError struct{ error }

// Unwrap gives why.
func (e *unreachableError) Unwrap() error { return e.error }

var errNoTLS = errors.New("it does not offer STARTTLS")

// open begins a stream and reads the features.
func (o *offer) open(c io.ReadWriter, domain string) (f features, err error) {
	if _, err := fmt.Fprintf(c, "<stream:stream xmlns='jabber:client' xmlns:stream='%s' to='%s' version='1.0'>", nsStream, domain); err != nil {
		return f, err
	}
	d := xml.NewDecoder(oneByOne{c})
	for {
		tok, err := d.Token()
		if err != nil {
			return f, err
		}
		start, ok := tok.(xml.StartElement)
		if !ok || start.Name.Local == "stream" {
			continue
		}
		if start.Name.Local == "error" {
			var e struct {
				Inner []byte `xml:",innerxml"`
			}
			_ = d.DecodeElement(&e, &start) // the text is all there is to say
			return f, fmt.Errorf("the server ends the stream: %s", e.Inner)
		}
		err = d.DecodeElement(&f, &start)
		return f, err
	}
}

// proceed asks for TLS.
func (o *offer) proceed(c io.ReadWriter) error {
	o.how = "STARTTLS"
	if _, err := fmt.Fprintf(c, "<starttls xmlns='%s'/>", nsTLS); err != nil {
		return err
	}
	tok, err := xml.NewDecoder(oneByOne{c}).Token()
	if err != nil {
		return err
	}
	if start, ok := tok.(xml.StartElement); !ok || start.Name.Local != "proceed" {
		return errNoTLS
	}
	// The element is empty: what is left of it is its end, if it was not in one piece.
	return nil
}

// oneByOne reads no further than it must, so that TLS finds all that follows.
type oneByOne struct{ io.Reader }

func (r oneByOne) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	return r.Reader.Read(b[:1])
}
