package probe_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/host/probe"
)

func TestHTTP(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/", http.StatusFound)
		case "/circle":
			http.Redirect(w, r, "/circle", http.StatusFound)
		case "/large":
			w.Write([]byte(strings.Repeat("x", 3<<20)))
		default:
			w.Write([]byte("this is " + r.Host))
		}
	}))
	defer s.Close()
	for _, c := range []struct {
		name   string
		r      probe.Request
		status int
		body   string
		err    string
	}{
		{"an answer", probe.Request{URL: s.URL}, 200, "this is 127.0.0.1", ""},
		{"of another name", probe.Request{URL: s.URL, Host: "wiki.example.org"}, 200, "this is wiki.example.org", ""},
		{"a redirection", probe.Request{URL: s.URL + "/moved"}, 302, "", ""},
		{"a redirection that is followed", probe.Request{URL: s.URL + "/moved", Follow: true}, 200, "this is", ""},
		{"a circle", probe.Request{URL: s.URL + "/circle", Follow: true}, 0, "", "redirects more than"},
		{"nobody", probe.Request{URL: "http://127.0.0.1:1/"}, 0, "", "connection refused"},
	} {
		got, err := probe.HTTP(t.Context(), c.r)
		if got.Status != c.status || !strings.HasPrefix(got.Body, c.body) || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	if got, err := probe.HTTP(t.Context(), probe.Request{URL: s.URL + "/large"}); err != nil || len(got.Body) != 1<<20 {
		t.Errorf("a large answer: %d bytes, %v", len(got.Body), err)
	}
}

func TestRequestsThatCannotBe(t *testing.T) {
	for _, r := range []probe.Request{{URL: "ftp://x/"}, {URL: "x"}, {URL: "http://"}, {URL: "http://x/", Host: "a\r\nb"}, {URL: "http://x:y/"}} {
		if r.Check() == nil {
			t.Errorf("%+v is fine", r)
		}
	}
}

func TestTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := probe.TCP(t.Context(), l.Addr().String()); err != nil {
		t.Errorf("it is open: %v", err)
	}
	l.Close()
	if err := probe.TCP(t.Context(), l.Addr().String()); err == nil || err.Error() != "connection refused" {
		t.Errorf("it is closed: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if err := probe.TCP(ctx, l.Addr().String()); err == nil {
		t.Error("it took no time")
	}
}
