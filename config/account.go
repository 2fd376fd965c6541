package config

import (
	"math"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Address is host:port of the server, a host alone, the URL of its WebSocket, or "" for what
// DNS says.
func (c Connection) Address() (string, error) {
	if strings.Contains(c.Server, "://") {
		return c.webSocket()
	}
	host, port, err := net.SplitHostPort(c.Server)
	if err != nil {
		host, port = strings.Trim(c.Server, "[]"), ""
	}
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > math.MaxUint16) ||
		host == "" && c.Server != "" || strings.ContainsAny(host, "/@ \t") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
		return "", spec.Errorf(spec.Invalid, "server: %q is not the address of a server", c.Server).WithHint("write HOST or HOST:PORT")
	}
	switch {
	case c.Port == 0:
		return c.Server, nil
	case c.Server == "":
		_, host, _ = strings.Cut(c.JID, "@")
	case port != "" && port != strconv.Itoa(c.Port):
		return "", spec.Errorf(spec.Invalid, "the server %s and the port %d are two ports", c.Server, c.Port).WithHint("leave one of them out")
	}
	return net.JoinHostPort(host, strconv.Itoa(c.Port)), nil
}

// webSocket is the URL of a WebSocket.
func (c Connection) webSocket() (string, error) {
	u, err := url.Parse(c.Server)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "wss" && u.Scheme != "ws":
		return "", spec.Errorf(spec.Invalid, "server: %q is not the address of a WebSocket", c.Server).WithHint("write wss://HOST:PORT/PATH, such as wss://armonic.example.com:5281/xmpp-websocket")
	case u.Scheme == "ws":
		return "", spec.Errorf(spec.Invalid, "server: %s is without TLS", c.Server).WithHint("wss:// is a WebSocket with TLS")
	case c.Port != 0:
		return "", spec.Errorf(spec.Invalid, "the server %s and the port %d are two ports", c.Server, c.Port).WithHint("leave port out")
	case c.StartTLS:
		return "", spec.Errorf(spec.Invalid, "starttls is not for a WebSocket").WithHint("leave it out: %s is with TLS at once", c.Server)
	}
	return c.Server, nil
}

// Rooms is the domain of the rooms for logs, "" for none.
func (c Connection) Rooms() string {
	switch c.MUCDomain {
	case "none":
		return ""
	case "":
		_, domain, _ := strings.Cut(c.JID, "@")
		domain, _, _ = strings.Cut(domain, "/")
		return "logs." + domain
	}
	return c.MUCDomain
}

// Secret is the password: the one that is set, or the first line of the file. It is
// empty if there is neither. What is wrong with how the file is kept is in warning.
func (c Connection) Secret() (password value.Secret, warning string, err error) {
	if c.Password != "" || c.PasswordFile == "" {
		return c.Password, "", nil
	}
	text, err := spec.ReadText(c.PasswordFile)
	if err != nil {
		return "", "", spec.Errorf(spec.Invalid, "cannot read the password: %v", err).
			WithHint("password_file must name a file whose first line is the password of %s", c.JID)
	}
	if info, err := os.Stat(c.PasswordFile); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o007 != 0 {
		warning = c.PasswordFile + " can be read by everybody on this host: chmod 600 " + c.PasswordFile
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if first = strings.TrimRight(first, "\r"); first == "" {
		return "", "", spec.Errorf(spec.Invalid, "the first line of %s is empty", c.PasswordFile).WithHint("it must be the password of %s", c.JID)
	}
	return value.Secret(first), warning, nil
}
