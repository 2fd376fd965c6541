package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const (
	maxBody      = 1 << 20 // bytes of an answer that are read
	maxRedirects = 10
)

// Request is what is asked for.
type Request struct {
	URL    string
	Host   string // the name that is asked for, if another than in URL
	Follow bool   // whether redirections are followed
}

// Answer is what came of it.
type Answer struct {
	Status int
	Body   string // its first MiB
}

// Check says what is wrong with a request, nil if nothing is.
func (r Request) Check() error {
	u, err := url.Parse(r.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q is no URL of http or https", r.URL)
	case strings.ContainsAny(r.Host, "/ \r\n\t"):
		return fmt.Errorf("%q is no name of a host", r.Host)
	}
	return nil
}

// HTTP gets a URL, once, over a connection of its own. No proxy is used, whatever the
// environment says. An answer of any status is no error.
func HTTP(ctx context.Context, r Request) (Answer, error) {
	in, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return Answer{}, err
	}
	in.Header.Set("User-Agent", "armonic")
	transport := &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10}
	defer transport.CloseIdleConnections()
	if r.Host != "" {
		in.Host = r.Host
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			name = r.Host
		}
		transport.TLSClientConfig = &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12}
	}
	client := http.Client{Transport: transport, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		switch {
		case !r.Follow:
			return http.ErrUseLastResponse
		case len(via) > maxRedirects:
			return fmt.Errorf("it redirects more than %d times", maxRedirects)
		}
		return nil
	}}
	out, err := client.Do(in)
	if err != nil {
		return Answer{}, plain(err)
	}
	defer out.Body.Close()
	body, err := io.ReadAll(io.LimitReader(out.Body, maxBody))
	if err != nil {
		return Answer{}, plain(err)
	}
	return Answer{out.StatusCode, string(body)}, nil
}

// plain takes off an error what who asked knows: what was asked.
func plain(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	var oe *net.OpError
	if errors.As(err, &oe) && oe.Op == "dial" && oe.Err != nil {
		text := oe.Err.Error()
		return errors.New(strings.TrimPrefix(text, "connect: "))
	}
	return err
}
