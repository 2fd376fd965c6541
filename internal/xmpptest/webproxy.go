package xmpptest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// WebProxy is a proxy for HTTP through which nothing passes but what CONNECT asks for, to some
// names, which it alone knows the addresses of.
type WebProxy struct {
	*Proxy        // before it, to break the links
	URL    string // for HTTPS_PROXY
	Asked  atomic.Int64
}

// NewWebProxy starts one, which ends with the test. Hosts are addresses by host:port.
func NewWebProxy(t testing.TB, hosts map[string]string) *WebProxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &WebProxy{Proxy: NewProxy(t, l.Addr().String())}
	p.URL = "http://" + p.Address
	var all sync.WaitGroup
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = in.Close() }()
				p.connect(in, hosts)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.Cut()
		all.Wait()
	})
	return p
}

// For is what an account has to ask for its proxy.
func (p *WebProxy) For(*http.Request) (*url.URL, error) { return url.Parse(p.URL) }

func (p *WebProxy) connect(in net.Conn, hosts map[string]string) {
	from := bufio.NewReader(in)
	ask, err := http.ReadRequest(from)
	if err != nil {
		return
	}
	p.Asked.Add(1)
	address, known := hosts[ask.RequestURI]
	if ask.Method != http.MethodConnect || !known {
		_, _ = io.WriteString(in, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
		return
	}
	out, err := net.Dial("tcp", address)
	if err != nil {
		_, _ = io.WriteString(in, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer func() { _ = out.Close() }()
	_, _ = io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n")
	var there sync.WaitGroup
	there.Go(func() {
		_, _ = io.Copy(out, from)
		_ = out.Close()
	})
	_, _ = io.Copy(in, out)
	_ = in.Close()
	there.Wait()
}
