package session

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"mellium.im/xmpp"
	"mellium.im/xmpp/jid"

	"github.com/armonic/armonic/spec"
)

// openTime bounds all of connecting: the address, TLS, the password, the resource.
// Where there are several addresses, each has its share.
const openTime = 20 * time.Second

// Open connects the account. The error is a spec.Error that says what is wrong and
// what to do: Denied for a wrong password, Conflict for a resource that is taken,
// Unavailable for a server that cannot be reached or is not the one that was meant. The
// caller must call Serve or Close.
func (a Account) Open(ctx context.Context) (*Session, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	config, err := a.tls()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	s, at, err := a.connect(ctx, config)
	if a.Register && spec.KindOf(err) == spec.Denied {
		// Only now: servers limit how often anybody may try to register, and count
		// accounts that exist already.
		return a.login(ctx, at, config, true)
	}
	return s, err
}

// connect logs in at the first endpoint that lets it. What another endpoint would say
// as well, as of a wrong password, is final. Of several that cannot be used, the one
// that at least could be reached has the most to say.
func (a Account) connect(ctx context.Context, config *tls.Config) (*Session, Endpoint, error) {
	var reached error
	var errs []error
	for at, err := range a.Endpoints(ctx) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		share, cancel := at.share(ctx)
		s, err := a.login(share, at, config, false)
		cancel()
		if kind := spec.KindOf(err); err == nil || kind == spec.Denied || kind == spec.Conflict || ctx.Err() != nil {
			return s, at, err
		}
		if errs = append(errs, err); reached == nil && !errors.Is(err, errNoConnection) {
			reached = err
		}
	}
	if reached == nil && len(errs) > 1 {
		reached = a.nowhere(errs)
	}
	return nil, Endpoint{}, cmp.Or(reached, errs[0])
}

// login connects to an endpoint and has the stream negotiated.
func (a Account) login(ctx context.Context, at Endpoint, config *tls.Config, register bool) (*Session, error) {
	raw, err := a.dial(ctx, at, config)
	if err != nil {
		return nil, err
	}
	// The library is never given a context that ends: it would spoil the connection
	// afterwards. Closing the connection stops it as well.
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	s, err := a.negotiate(context.WithoutCancel(ctx), raw, at, config, register)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = raw.Close()
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, a.explain(at, err)
	}
	return s, nil
}

func (a Account) negotiate(ctx context.Context, raw net.Conn, at Endpoint, config *tls.Config, register bool) (*Session, error) {
	var state xmpp.SessionState
	c := newConn(raw)
	switch {
	case at.URL != "":
		state = xmpp.Secure
	case !at.StartTLS:
		t := tls.Client(raw, config)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		c, state = newConn(t), xmpp.Secure
	}
	origin, err := jid.Parse(string(a.JID.Bare()))
	if err != nil {
		return nil, err
	}
	n := &negotiation{account: a}
	features := []xmpp.StreamFeature{
		n.startTLS(config),
		n.channelBindings(),
		n.login(),
		n.bind(),
		n.invitations(),
		n.register(register),
	}
	x, err := xmpp.NewSession(ctx, origin.Domain(), origin, c, state, xmpp.NewNegotiator(
		func(*xmpp.Session, *xmpp.StreamConfig) xmpp.StreamConfig {
			return xmpp.StreamConfig{Features: features}
		}))
	if err == nil {
		var ok bool
		if c, ok = x.Conn().(*conn); !ok || c.ConnectionState().Version == 0 || n.bound == "" {
			err = spec.Errorf(spec.Internal, "the stream ended up without TLS or without a resource")
		}
	}
	if err != nil {
		return nil, cmp.Or(n.err, err) // what the library swallowed explains what came of it
	}
	_, acks := x.Feature(nsAcks)
	out := newSession(c, n.bound, acks, a.Logger)
	out.open = n.open && !n.invites
	return out, nil
}

// negotiation holds what the features of one stream learn.
type negotiation struct {
	account  Account
	bindings []string // types of channel binding that the server knows
	open     bool     // accounts can be made
	invites  bool     // but only by who is invited
	bound    JID
	err      error // of what is optional to the library: STARTTLS, registration
}

// startTLS is that of the library, on a connection that does not read ahead. The library
// goes on if what need not be used fails: so the error is kept.
func (n *negotiation) startTLS(config *tls.Config) xmpp.StreamFeature {
	f := xmpp.StartTLS(config)
	ask := f.Negotiate
	f.Negotiate = func(ctx context.Context, s *xmpp.Session, data any) (xmpp.SessionState, io.ReadWriter, error) {
		if _, offered := s.Feature(f.Name.Space); !offered { // the library would ask for it all the same
			n.err = spec.Errorf(spec.Unavailable, "the server does not offer STARTTLS").
				WithHint("either it has no certificate, or somebody on the way takes the offer out; use the port for direct TLS, usually 5223, without --starttls")
			return 0, nil, n.err
		}
		mask, rw, err := ask(ctx, s, data)
		t, ok := rw.(*tls.Conn)
		switch {
		case err != nil && strings.Contains(err.Error(), "TLS negotiation failed"):
			err = spec.Errorf(spec.Unavailable, "the server refuses STARTTLS").WithHint("look at its log: it may lack a certificate")
		case err == nil && !ok:
			err = spec.Errorf(spec.Internal, "TLS gave no connection")
		case err == nil:
			err = t.HandshakeContext(ctx)
		}
		if err != nil {
			n.err = err
			return 0, nil, err
		}
		return mask, newConn(t), nil
	}
	return f
}

// bind asks for the resource that was chosen.
func (n *negotiation) bind() xmpp.StreamFeature {
	return xmpp.StreamFeature{
		Name: xml.Name{Space: nsBind, Local: "bind"}, Necessary: xmpp.Authn, Prohibited: xmpp.Ready,
		Parse: skipped,
		Negotiate: func(_ context.Context, s *xmpp.Session, _ any) (xmpp.SessionState, io.ReadWriter, error) {
			bind := New(nsBind, "bind")
			if n.account.Resource != "" {
				bind.Add(New(nsBind, "resource").WithText(n.account.Resource))
			}
			got, err := ask(s, Stanza("iq", "type", "set", "id", "bind").Add(bind))
			if err != nil {
				return 0, nil, n.account.unbound(err)
			}
			full := got.Kid(nsBind, "bind").Kid(nsBind, "jid")
			if full == nil || full.Text == "" {
				return 0, nil, spec.Errorf(spec.Internal, "the server gave no resource")
			}
			n.bound = JID(full.Text)
			if want := n.account.Resource; want != "" && n.bound.Resource() != want {
				return 0, nil, n.account.taken(nil) // some servers give another one
			}
			return xmpp.Ready, nil, nil
		},
	}
}

// register notes whether accounts can be made, and if it is wanted makes ours before the
// password is used, when the password has been refused without that: if the account exists,
// it has another one.
func (n *negotiation) register(wanted bool) xmpp.StreamFeature {
	f := xmpp.StreamFeature{
		Name:      xml.Name{Space: "http://jabber.org/features/iq-register", Local: "register"},
		Necessary: xmpp.Secure, Prohibited: xmpp.Authn,
		Parse: func(_ context.Context, d *xml.Decoder, _ *xml.StartElement) (bool, any, error) {
			n.open = true
			return false, nil, d.Skip()
		},
	}
	if !wanted {
		return f
	}
	f.Negotiate = func(_ context.Context, s *xmpp.Session, _ any) (xmpp.SessionState, io.ReadWriter, error) {
		if n.err = n.invited(s); n.err != nil {
			return 0, nil, n.err
		}
		_, err := ask(s, Stanza("iq", "type", "set", "id", "register").Add(New(nsIBR, "query").Add(
			New(nsIBR, "username").WithText(n.account.JID.Local()),
			New(nsIBR, "password").WithText(n.account.Password.Reveal()))))
		if err != nil {
			n.err = n.account.unregistered(err)
		}
		return 0, nil, n.err
	}
	return f
}

// invitations notes whether accounts are for those who are invited (XEP-0445). A server that
// knows invitations, and makes accounts without them as well, cannot be told from that.
func (n *negotiation) invitations() xmpp.StreamFeature {
	return xmpp.StreamFeature{
		Name:      xml.Name{Space: "urn:xmpp:ibr-token:0", Local: "register"},
		Necessary: xmpp.Secure, Prohibited: xmpp.Authn,
		Parse: func(_ context.Context, d *xml.Decoder, _ *xml.StartElement) (bool, any, error) {
			n.invites = true
			return false, nil, d.Skip()
		},
	}
}

// invited shows the invitation, before an account is made.
func (n *negotiation) invited(s *xmpp.Session) error {
	a := n.account
	switch {
	case !n.invites && a.Invitation == "":
		return nil
	case !n.invites:
		return spec.Errorf(spec.Denied, "the server knows no invitations").WithHint("use armonic host add, or make the account on the server")
	case a.Invitation == "":
		return a.denied(nil, "the server refuses the password of %s, or has no such account, and makes accounts for who is invited only").
			WithHint("check the password; armonic host invite, or armonic host add, makes the account")
	}
	_, err := ask(s, Stanza("iq", "type", "set", "id", "invitation", "to", a.JID.Domain()).
		Add(New("urn:xmpp:pars:0", "preauth", "token", a.Invitation.Reveal())))
	if se, ok := errors.AsType[*StanzaError](err); ok {
		return because(err, "register "+string(a.JID.Bare()), spec.Errorf(spec.Denied, "the invitation is used, or too old: %v", se)).
			WithHint("armonic host invite makes another")
	}
	return err
}

// skipped reads a required feature that says nothing but that it is there.
func skipped(_ context.Context, d *xml.Decoder, _ *xml.StartElement) (required bool, _ any, err error) {
	return true, nil, d.Skip()
}

// ask sends an iq while the stream is negotiated, and reads the answer: nothing else
// may arrive.
func ask(s *xmpp.Session, iq *Element) (*Element, error) {
	c, ok := s.Conn().(*conn)
	if !ok {
		return nil, spec.Errorf(spec.Internal, "the stream is not ours")
	}
	if _, err := io.WriteString(c, iq.String()); err != nil {
		return nil, err
	}
	var r stanzaReader
	if err := r.read(c); err != nil {
		return nil, err
	}
	got, err := parse(r.text)
	switch {
	case err != nil:
		return nil, err
	case got.Local == "error" && got.Space == nsStream:
		return nil, streamError(got)
	case got.Local != "iq" || got.ID() != iq.ID():
		return nil, fmt.Errorf("the server answered with a %s", got.Local)
	case got.Type() != "result":
		return nil, stanzaError(got)
	}
	return got, nil
}
