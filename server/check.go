package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Check connects as an account does that is to be a master or an agent, and reports
// what it finds, line by line, to tell as well if it is not nil. Rooms is the domain
// of the rooms for logs that the settings name, "" if none are wanted. It leaves
// nothing behind on the server.
func Check(ctx context.Context, a session.Account, rooms string, tell func(Line)) *Report {
	r := &Report{tell: tell}
	at, o, err := r.address(ctx, a)
	if o == nil {
		return r
	}
	trusted := r.tls(a, at, o)
	if at.URL != "" {
		r.hostMeta(ctx, a, at)
	}
	if err != nil {
		r.add("stream", Fail, serves(a), "%v", err)
		return r
	}
	r.offers(o, a.Register)
	if !trusted { // the password is for the server that was meant
		r.add("login", Fail, "mend what is above first: the password is for the server that is meant", "not tried")
		return r
	}
	a.Server, a.StartTLS = at.String(), at.StartTLS
	r.login(ctx, a, rooms)
	return r
}

func serves(a session.Account) string {
	return "is " + a.JID.Domain() + " among the domains that the server serves? Prosody: VirtualHost; ejabberd: hosts"
}

// address finds the first endpoint that takes connections, and what it offers: nil if
// it does not get as far as TLS. The error is that of the stream.
func (r *Report) address(ctx context.Context, a session.Account) (session.Endpoint, *offer, error) {
	var last error
	var all, why []string
	for at, err := range a.Endpoints(ctx) {
		var o *offer
		if err == nil {
			all = append(all, at.String())
			o, err = readOffer(ctx, a, at)
		}
		if _, away := errors.AsType[*unreachableError](err); err != nil && (away || at == session.Endpoint{}) {
			last = err
			text := err.Error()
			if at.Address != "" && at.URL == "" {
				text = at.Address + ": " + session.NoConnection(err)
			}
			why = append(why, text)
			continue
		}
		from := "as given"
		switch {
		case at.DNS:
			from = "as DNS says (SRV)"
		case a.Server == "" && at.URL != "":
			from = "as " + session.HostMeta(a.JID.Domain()) + " says: there is no way to " + strings.Join(all[:len(all)-1], ", ")
		case a.Server == "":
			from = "a guess: DNS has no SRV records of " + a.JID.Domain()
		}
		r.add("address", OK, "", "%s, %s", at, from)
		if o == nil {
			r.noTLS(a, at, err)
		}
		return at, o, err
	}
	r.Unreachable = true
	fix := "is the server running, and is this its address? --server HOST:PORT, or wss://HOST:PORT/PATH, names another"
	if len(all) == 0 || strings.HasPrefix(a.Server, "wss:") {
		fix = spec.HintOf(last)
	}
	r.add("address", Fail, fix, "%s", strings.Join(why, "; "))
	return session.Endpoint{}, nil, last
}

func (r *Report) noTLS(a session.Account, at session.Endpoint, err error) {
	if at.URL != "" {
		r.add("websocket", Fail, spec.HintOf(err), "%v", err)
		return
	}
	var alert tls.AlertError
	fix := "try --starttls, or the port for direct TLS, usually 5223; the server needs a certificate: " + r.fix("ssl = { key = …; certificate = … }", "certfiles")
	if at.StartTLS {
		fix = "if the port is for direct TLS, usually 5223, leave out --starttls; the server needs a certificate: " + r.fix("ssl = { key = …; certificate = … }", "certfiles")
	}
	if strings.Contains(err.Error(), "unrecognized name") || errors.As(err, &alert) {
		fix = serves(a)
	}
	r.add("tls", Fail, fix, "no TLS: %v", err)
}

// soon is when a certificate should be renewed.
const soon = 30 * 24 * time.Hour

// tls judges what TLS showed, and says whether it is the server that was meant.
func (r *Report) tls(a session.Account, at session.Endpoint, o *offer) bool {
	how := o.how
	version := tls.VersionName(o.tls.Version)
	if o.tls.Version < tls.VersionTLS12 {
		r.add("tls", Fail, r.fix(`ssl = { protocol = "tlsv1_2+" }`, "protocol_options: [no_sslv3, no_tlsv1, no_tlsv1_1]"), "%s, %s is too old", version, how)
		return false
	}
	r.add("tls", OK, "", "%s, %s", version, how)
	certs := o.tls.PeerCertificates
	cert, domain, now := certs[0], a.JID.Domain(), time.Now()
	renew := "armonic server init --domain " + domain + " --out DIR --renew makes a new one; " + r.fix("ssl = { key = …; certificate = … }", "certfiles")
	if err := cert.VerifyHostname(domain); err != nil && at.URL != "" {
		host, _, _ := net.SplitHostPort(at.Address)
		if cert.VerifyHostname(host) != nil {
			r.add("certificate", Fail, "it must name the host, or the domain of the accounts: "+renew, "it names neither %s nor %s but %s", host, domain, orNothing(cert.DNSNames))
			return false
		}
	} else if err != nil {
		r.add("certificate", Fail, "it must name the domain of the accounts, not the host: "+renew, "it does not name %s but %s", domain, orNothing(cert.DNSNames))
		return false
	}
	left := cert.NotAfter.Sub(now)
	days := int(left.Hours() / 24)
	switch {
	case now.Before(cert.NotBefore):
		r.add("certificate", Fail, "look at the clocks of both hosts", "it is valid from %s only", cert.NotBefore.Format(time.DateTime))
		return false
	case left < 0:
		r.add("certificate", Fail, renew, "it ended on %s", cert.NotAfter.Format(time.DateOnly))
		return false
	case left < soon:
		r.add("certificate", Warn, renew, "it names %s, and ends in %s", orNothing(cert.DNSNames), spec.Count(days, "day", "days"))
	default:
		r.add("certificate", OK, "", "it names %s, and ends in %s", orNothing(cert.DNSNames), spec.Count(days, "day", "days"))
	}
	roots, err := session.Authorities(a.CAFile)
	if err != nil {
		r.add("authority", Fail, "--ca-file must name certificates in PEM", "%v", err)
		return false
	}
	others := x509.NewCertPool()
	for _, c := range certs[1:] {
		others.AddCert(c)
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, CurrentTime: now}); err != nil {
		r.add("authority", Fail, "give the certificate of the authority that signed it with --ca-file: ca.pem in the folder of armonic server init",
			"signed by %s, whom nothing here vouches for", cert.Issuer.CommonName)
		return false
	}
	r.add("authority", OK, "", "signed by %s", cert.Issuer.CommonName)
	return true
}

// hostMeta looks at how others would find the WebSocket.
func (r *Report) hostMeta(ctx context.Context, a session.Account, at session.Endpoint) {
	ctx, cancel := context.WithTimeout(ctx, streamTime)
	defer cancel()
	name := session.HostMeta(a.JID.Domain())
	named, err := a.WebSockets(ctx)
	isHere := slices.ContainsFunc(named, func(e session.Endpoint) bool { return e.URL == at.URL })
	switch {
	case err != nil && a.Server != "":
		r.add("host-meta", OK, "", "there is none, so that everybody needs the setting server: %s (%v)", at.URL, err)
	case err != nil:
		r.add("host-meta", Warn, "look at the web server of the domain", "it is not there any more: %v", err)
	case isHere:
		r.add("host-meta", OK, "", "%s names it", name)
	default:
		r.add("host-meta", Warn, "the web server of the domain must serve host-meta and host-meta.json that name it (XEP-0156)",
			"%s names %s, not %s", name, named[0].URL, at.URL)
	}
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// offers judges how to log in and to register.
func (r *Report) offers(o *offer, wanted bool) {
	list := strings.Join(o.sasl, ", ")
	switch {
	case slices.Contains(o.sasl, "SCRAM-SHA-256"):
		r.add("sasl", OK, "", "SCRAM-SHA-256 of %s", list)
	case slices.Contains(o.sasl, "SCRAM-SHA-1"):
		r.add("sasl", Warn, r.fix(`password_hash = "SHA-256" before accounts are made`, "auth_password_format: scram, auth_scram_hash: sha256"),
			"SCRAM-SHA-1 of %s: there is no SCRAM-SHA-256", list)
	default:
		r.add("sasl", Fail, r.fix(`authentication = "internal_hashed"`, "auth_password_format: scram, auth_scram_hash: sha256"),
			"only %s: nothing that keeps the password secret", orNothing(o.sasl))
	}
	switch {
	case o.register:
		r.add("registration", Warn, r.fix("allow_registration = false", "no mod_register")+"; until then: the setting approve: [none], and armonic approve for each agent that is yours",
			"anybody who reaches the server can make an account: also one with the name of a host, or of a master, that has none yet")
	case wanted:
		r.add("registration", Warn, r.fix("allow_registration = true", "mod_register with access, and no access rule that denies it"),
			"not offered, and --register asks for it")
	default:
		r.add("registration", OK, "", "not offered: accounts are made on the server")
	}
}
