package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/armonic/armonic/spec"
)

// StanzaError is what an iq was refused with.
type StanzaError struct {
	From      JID
	Type      string   // "cancel", "wait", "auth", …
	Condition string   // "service-unavailable", …
	Text      string   // for people, may be empty
	Payload   *Element // what the other party said besides, or nil
}

func (e *StanzaError) Error() string {
	if e.Text != "" {
		return e.Condition + ": " + e.Text
	}
	return e.Condition
}

// stanzaError reads the error of a stanza of type error.
func stanzaError(e *Element) *StanzaError {
	in := e.Kid(nsClient, "error")
	out := &StanzaError{From: e.From(), Type: in.Attr("type"), Condition: "undefined-condition"}
	if in == nil {
		return out
	}
	for _, k := range in.Kids {
		switch {
		case k.Space != nsStanzas:
			out.Payload = k
		case k.Local == "text":
			out.Text = k.Text
		default:
			out.Condition = k.Local
		}
	}
	return out
}

// Refuse is the answer that refuses an iq. Payload may be nil.
func Refuse(iq *Element, kind, condition, text string, payload *Element) *Element {
	e := New(nsClient, "error", "type", kind).Add(New(nsStanzas, condition))
	if text != "" {
		e.Add(New(nsStanzas, "text").WithText(text))
	}
	if payload != nil {
		e.Add(payload)
	}
	return Stanza("iq", "type", "error", "id", iq.ID(), "to", string(iq.From())).Add(e)
}

// Answer is the result of an iq, with what it holds.
func Answer(iq *Element, payload ...*Element) *Element {
	return Stanza("iq", "type", "result", "id", iq.ID(), "to", string(iq.From())).Add(payload...)
}

// streamError explains why the server ended the stream.
func streamError(e *Element) *spec.Error {
	condition, text := "undefined-condition", ""
	for _, k := range e.Kids {
		switch {
		case k.Space != nsStreams:
		case k.Local == "text":
			text = k.Text
		default:
			condition = k.Local
		}
	}
	return ended(condition, text)
}

func ended(condition, text string) *spec.Error {
	say := condition
	if text != "" && text != condition {
		say += " (" + text + ")"
	}
	switch condition {
	case "conflict":
		return spec.Errorf(spec.Conflict, "the server ended the session: the same account connected again as the same resource").
			WithHint("only one program may use the account and resource; stop the other one")
	case "policy-violation", "resource-constraint":
		return spec.Errorf(spec.Unavailable, "the server ended the session: %s", say).
			WithHint("its limits may be too low: look at rate limits and the size of stanzas in its configuration")
	case "host-unknown":
		return spec.Errorf(spec.Unavailable, "the server does not serve this domain").WithHint("check the address of the account and of the server")
	case "system-shutdown":
		return spec.Errorf(spec.Unavailable, "the server is shutting down")
	}
	return spec.Errorf(spec.Unavailable, "the server ended the session: %s", say)
}

// noSuchName is how TLS says that a server does not serve a domain. The alert has no
// type that could be named.
const noSuchName = "tls: unrecognized name"

// because says what failed, and what came of it.
func because(err error, op string, e *spec.Error) *spec.Error {
	e.Op, e.Err = op, err
	return e
}

// explain turns what went wrong while connecting into what a person can act on.
func (a Account) explain(at Endpoint, err error) error {
	var known *spec.Error
	var unknownCA x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	domain := a.JID.Domain()
	unavailable := func(format string, args ...any) *spec.Error {
		return because(err, "connect to "+at.String(), spec.Errorf(spec.Unavailable, format, args...))
	}
	condition := condition(err)
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return unavailable("the server did not answer in time").WithHint("is %s the right address, and does a firewall let it through?", at)
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &unknownCA):
		return unavailable("its certificate is signed by an authority that is not known here").
			WithHint("give the certificate of the authority: --ca-file FILE, or ca_file in the settings")
	case errors.As(err, &name) && at.URL != "":
		return unavailable("its certificate names neither the host nor %s", domain).WithHint("it must name one of them; it names: %s", names(name.Certificate))
	case errors.As(err, &name):
		return unavailable("its certificate does not name %s", domain).
			WithHint("it must name the domain of the account, not the host; it names: %s", names(name.Certificate))
	case strings.Contains(err.Error(), noSuchName):
		return unavailable("it does not serve %s", domain).WithHint("check the address of the account, and the domains in the server's configuration")
	case errors.As(err, &invalid):
		return unavailable("its certificate is not valid: %v", err).WithHint("look at its dates, and at the clock of this host")
	case errors.As(err, &record) && at.URL != "":
		return unavailable("it does not speak TLS").WithHint("is this its port for HTTPS? Prosody's is usually 5281, ejabberd's 5443")
	case errors.As(err, &record):
		return unavailable("it does not speak TLS").WithHint("add --starttls, or starttls: true to the settings; or use the port for direct TLS, usually 5223")
	case condition == "not-authorized":
		return a.denied(err, "the server refuses the password of %s, or has no such account").
			WithHint("check the password; make the account on the server, or let it allow registration")
	case condition == "account-disabled" || condition == "credentials-expired":
		return a.denied(err, "the server does not let %s in: "+condition).WithHint("ask who administers the server")
	case condition == "temporary-auth-failure":
		return unavailable("the server cannot check passwords now")
	case strings.Contains(err.Error(), "no matching SASL mechanisms"):
		return unavailable("the server offers no way to log in that keeps the password secret").
			WithHint("it must offer SCRAM-SHA-256 or SCRAM-SHA-1")
	case condition != "":
		return because(err, "connect to "+at.String(), ended(condition, ""))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		e := unavailable("the server closed the connection")
		if at.URL != "" {
			return e.WithHint("is it a WebSocket of an XMPP server?")
		}
		if at.StartTLS {
			return e.WithHint("if this is the port for direct TLS, usually 5223, leave out --starttls and the setting starttls")
		}
		return e.WithHint("is it an XMPP server, and is this its port for direct TLS, usually 5223? the other one, usually 5222, needs --starttls")
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) || strings.Contains(err.Error(), "unexpected stream-level") {
		return unavailable("it does not speak XMPP: %v", err).WithHint("is it an XMPP server, and this its port? usually 5222 with --starttls, and 5223 without")
	}
	return unavailable("%v", err)
}

// condition is that of an error of the library, whose types cannot be named.
func condition(err error) string {
	var e interface {
		error
		TokenReader() xml.TokenReader
	}
	if !errors.As(err, &e) {
		return ""
	}
	r := e.TokenReader()
	for depth := 0; depth < 2; {
		tok, err := r.Token()
		if start, ok := tok.(xml.StartElement); ok {
			if depth++; depth == 2 {
				return start.Name.Local
			}
		}
		if err != nil {
			break
		}
	}
	return ""
}

func names(c *x509.Certificate) string {
	if c == nil || len(c.DNSNames) == 0 {
		return "nothing"
	}
	return strings.Join(c.DNSNames, ", ")
}

func (a Account) denied(err error, format string) *spec.Error {
	return because(err, "log in", spec.Errorf(spec.Denied, format, a.JID.Bare()))
}

// errNoConnection is in the chain of what is said of an endpoint that was not reached.
var errNoConnection = errors.New("there is no connection")

// NotReached reports whether Open failed, or Look, because nobody took the connection.
func NotReached(err error) bool { return errors.Is(err, errNoConnection) }

func (a Account) unreachable(ctx context.Context, at Endpoint, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	e := because(errors.Join(errNoConnection, err), "connect to "+at.String(), spec.Errorf(spec.Unavailable, "%s", NoConnection(err)))
	dns, unknown := errors.AsType[*net.DNSError](err)
	switch {
	case unknown && dns.IsNotFound:
		return e.WithHint("check the domain of %s, or name the server", a.JID.Bare())
	case unknown:
		return e.WithHint("look at the network and the DNS servers of this host")
	case ctx.Err() != nil, isTimeout(err):
		e.Msg = inTime
		return e.WithHint("is this the right address, and does a firewall let it through?")
	}
	return e.WithHint("is the server running, and is this its address?")
}

const inTime = "the server did not answer in time"

// NoConnection says why nobody took a connection.
func NoConnection(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "there is no host of this name"
	case errors.As(err, &dns):
		return "its name cannot be looked up now: " + dns.Err
	case isTimeout(err):
		return inTime
	}
	return spec.SystemError(err).Error()
}

// noWebSocket explains why there is no connection to the one at an endpoint.
func (a Account) noWebSocket(ctx context.Context, at Endpoint, err error) error {
	if known, ok := errors.AsType[*spec.Error](err); ok {
		return known // without what the libraries say around it
	}
	op, ok := errors.AsType[*net.OpError](err)
	switch {
	case ok && op.Op == "dial":
		return a.unreachable(ctx, at, op)
	case ok && op.Op == "proxyconnect":
		return because(errors.Join(errNoConnection, err), "connect to "+at.URL, spec.Errorf(spec.Unavailable, "there is no way to the proxy: %v", op.Err)).
			WithHint("the environment names it: HTTPS_PROXY, and NO_PROXY for hosts without one")
	case ctx.Err() != nil:
		err = errors.Join(ctx.Err(), err)
	}
	return a.explain(at, err)
}

func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func (a Account) nowhere(errs []error) error {
	all := errors.Join(errs...)
	return because(all, "find the server of "+a.JID.Domain(), spec.Errorf(spec.Unavailable, "%v", strings.ReplaceAll(all.Error(), "\n", "; "))).
		WithHint("is the server running? its address can be given if DNS does not know it")
}

// unbound explains why there is no resource.
func (a Account) unbound(err error) error {
	se, ok := errors.AsType[*StanzaError](err)
	switch {
	case !ok:
		return err
	case se.Condition == "conflict":
		return a.taken(se)
	case se.Condition == "resource-constraint":
		return because(se, "", spec.Errorf(spec.Conflict, "too many programs use the account %s", a.JID.Bare())).
			WithHint("stop some of them, or raise the limit of the server")
	}
	return because(se, "", spec.Errorf(spec.Unavailable, "the server gives no resource: %v", se))
}

// taken says that the resource is another's.
func (a Account) taken(cause error) *spec.Error {
	return because(cause, "", spec.Errorf(spec.Conflict, "another program is connected as %s, and the server does not let this one take its place", a.JID.With(a.Resource))).
		WithHint("only one program may use the account and resource; stop the other one")
}

// unregistered explains why an account could not be made.
func (a Account) unregistered(err error) error {
	e := because(err, fmt.Sprintf("register %s", a.JID.Bare()), spec.Errorf(spec.Unavailable, "%v", err))
	se, ok := errors.AsType[*StanzaError](err)
	switch {
	case !ok:
		return e
	case se.Condition == "conflict":
		return a.denied(err, "the server refuses the password of %s, an account that exists").
			WithHint("check the password, or set it anew on the server")
	case se.Type == "wait" || se.Condition == "resource-constraint" || se.Condition == "policy-violation":
		e.Msg = "the server makes no further accounts for now: " + se.Error()
		return e.WithHint("wait a while, raise its limit, or make the account on the server")
	case se.Condition == "forbidden" || se.Condition == "not-allowed":
		e.Kind, e.Msg = spec.Denied, "the server does not let this host make accounts"
		return e.WithHint("make the account on the server, or allow registration there")
	case se.Condition == "not-acceptable":
		e.Kind, e.Msg = spec.Invalid, "the server does not accept the name or the password: "+se.Error()
		return e.WithHint("a longer password may help")
	}
	return e
}
