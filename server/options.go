package server

import (
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Make is a make of server.
type Make string

// The makes.
const (
	Prosody  Make = "Prosody"
	Ejabberd Make = "ejabberd"
)

// Options say what server there is to be.
type Options struct {
	Make     Make
	Domain   string   // of the accounts
	Dir      string   // an absolute path; everything is in it
	Listen   []string // IP addresses; none for all
	Port     int      // for STARTTLS
	TLSPort  int      // for direct TLS
	WebPort  int      // for WebSocket over HTTPS, 0 for none
	Inner    string   // host:port that only ejabberd itself uses, on the loopback interface
	Register bool     // clients may make accounts
	User     string   // the system's user that the server runs as, "" for who runs this
	Admin    string   // the name of the first account, "" for none and no files for those who use it
	Password value.Secret
	Years    int // that the certificate of the server is valid
}

// MUC is the domain of the rooms for logs.
func (o Options) MUC() string { return "logs." + o.Domain }

// admins are the accounts that may make others.
func (o Options) admins() []string {
	if o.Admin == "" {
		return nil
	}
	return []string{o.Admin + "@" + o.Domain}
}

func (o Options) file(name string) string { return filepath.Join(o.Dir, name) }

//nolint:gochecknoglobals // they do not change, and are compiled when they are used first
var (
	domainForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	})
	nameForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$`)
	})
	// What is not ASCII may be written in several ways, which SCRAM must make one of.
	passwordForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[\x20-\x7e]{1,200}$`)
	})

	dirForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^/[A-Za-z0-9/._+:,=-]*$`)
	})
)

// check says what is wrong with the options themselves.
func (o Options) check() error {
	switch {
	case o.Domain == "":
		return spec.Errorf(spec.Invalid, "there is no domain").WithHint("name the domain of the accounts, such as --domain armonic.example.com")
	case net.ParseIP(o.Domain) != nil:
		return spec.Errorf(spec.Invalid, "%s is an address, not a domain", o.Domain).
			WithHint("a domain need not be in DNS: agents can be given the address as server")
	case !domainForm().MatchString(o.Domain) || len(o.MUC()) > 253:
		return spec.Errorf(spec.Invalid, "%q is not a domain", o.Domain).WithHint("small letters, digits and - with dots between, such as armonic.example.com")
	case o.Admin != "" && !nameForm().MatchString(o.Admin):
		return spec.Errorf(spec.Invalid, "%q cannot be the name of an account", o.Admin).WithHint("small letters, digits, and . _ - between them, such as master")
	case o.Admin != "" && !passwordForm().MatchString(o.Password.Reveal()):
		return spec.Errorf(spec.Invalid, "this password of %s cannot be used", o.Admin).
			WithHint("letters, digits, signs and blanks of ASCII, 1 to 200 of them")
	case !dirForm().MatchString(o.Dir) || filepath.Clean(o.Dir) != o.Dir:
		return spec.Errorf(spec.Invalid, "%q cannot be the folder of a server", o.Dir).
			WithHint("choose one whose path has letters, digits and ._+:,=- only, such as /srv/armonic-xmpp")
	case o.Years < 1 || o.Years > 30:
		return spec.Errorf(spec.Invalid, "a certificate cannot be valid for %s", spec.Count(o.Years, "year", "years")).WithHint("1 to 30")
	case o.Port == o.TLSPort, o.Port == o.WebPort:
		return spec.Errorf(spec.Invalid, "port %d is wanted twice", o.Port).WithHint("STARTTLS, direct TLS and WebSocket need a port each, usually 5222, 5223 and 5281")
	case o.TLSPort == o.WebPort:
		return spec.Errorf(spec.Invalid, "port %d is wanted twice", o.TLSPort).WithHint("direct TLS and WebSocket need a port each, usually 5223 and 5281")
	}
	for _, p := range o.ports() {
		if p < 1 || p > 65535 {
			return spec.Errorf(spec.Invalid, "there is no port %d", p).WithHint("1 to 65535")
		}
	}
	for _, l := range o.Listen {
		if net.ParseIP(l) == nil {
			return spec.Errorf(spec.Invalid, "%q is not an IP address", l).WithHint("listen at addresses of this host, such as 192.0.2.10 or ::1")
		}
	}
	return nil
}

// ports are those at which it listens.
func (o Options) ports() []int {
	if o.WebPort == 0 {
		return []int{o.Port, o.TLSPort}
	}
	return []int{o.Port, o.TLSPort, o.WebPort}
}

// Address is where clients on this host find the server with direct TLS.
func (o Options) Address() string {
	host := "127.0.0.1"
	if len(o.Listen) > 0 {
		switch ip := net.ParseIP(o.Listen[0]); {
		case !ip.IsUnspecified():
			host = o.Listen[0]
		case ip.To4() == nil: // which may mean IPv6 only
			host = "::1"
		}
	}
	return net.JoinHostPort(host, strconv.Itoa(o.TLSPort))
}

// agentsAddress is where agents on other hosts find the server with direct TLS.
func (o Options) agentsAddress() string {
	host := o.Domain
	if len(o.Listen) > 0 && !net.ParseIP(o.Listen[0]).IsUnspecified() {
		host = o.Listen[0]
	}
	return net.JoinHostPort(host, strconv.Itoa(o.TLSPort))
}

func quoteAll(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strconv.Quote(s)
	}
	return strings.Join(out, "; ")
}
