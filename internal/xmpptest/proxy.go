package xmpptest

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy stands between a party and its server, and does what networks do.
type Proxy struct {
	Address string // connect here

	target string
	listen net.Listener
	wg     sync.WaitGroup

	mu      sync.Mutex
	pairs   map[*pair]bool
	down    bool
	stalled chan struct{} // open while nothing passes; nil if all passes
	delay   time.Duration
	rate    int // bytes in a second, each way of each connection; 0 is all there are
	closed  bool
}

// NewProxy starts a proxy to an address, which ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &Proxy{Address: l.Addr().String(), target: target, listen: l, pairs: map[*pair]bool{}}
	p.wg.Add(1)
	go p.accept()
	t.Cleanup(p.close)
	return p
}

type pair struct{ in, out net.Conn }

func (pr *pair) cut() {
	for _, c := range []net.Conn{pr.in, pr.out} {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0) // a reset, not a goodbye
		}
		_ = c.Close()
	}
}

// Cut resets all connections. New ones are taken.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pr := range p.pairs {
		pr.cut()
	}
}

// HalfClose ends what flows to the server, of all connections.
func (p *Proxy) HalfClose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pr := range p.pairs {
		if t, ok := pr.out.(*net.TCPConn); ok {
			_ = t.CloseWrite()
		}
	}
}

// Down refuses new connections and cuts those there are, until Up.
func (p *Proxy) Down() {
	p.mu.Lock()
	p.down = true
	p.mu.Unlock()
	p.Cut()
}

// Up takes connections again.
func (p *Proxy) Up() {
	p.mu.Lock()
	p.down = false
	p.mu.Unlock()
}

// Stall lets nothing pass, and nobody know, until Resume.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled == nil {
		p.stalled = make(chan struct{})
	}
}

// Resume lets everything pass that was held.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}

// Delay holds everything for a while.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Throttle lets so many bytes a second pass, each way of each connection; 0 lets pass
// all there are.
func (p *Proxy) Throttle(rate int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate = rate
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.listen.Close()
	p.Resume()
	p.Cut()
	p.wg.Wait()
}

func (p *Proxy) accept() {
	defer p.wg.Done()
	for {
		in, err := p.listen.Accept()
		if err != nil {
			return
		}
		p.wg.Add(1)
		go p.serve(in)
	}
}

func (p *Proxy) serve(in net.Conn) {
	defer p.wg.Done()
	out, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = in.Close()
		return
	}
	pr := &pair{in, out}
	p.mu.Lock()
	if p.down || p.closed {
		pr.cut()
	}
	p.pairs[pr] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(out, in) })
	both.Go(func() { p.pass(in, out) })
	both.Wait()
	pr.cut()
	p.mu.Lock()
	delete(p.pairs, pr)
	p.mu.Unlock()
}

// pass copies one direction until it ends, and then says so to the other side.
func (p *Proxy) pass(to, from net.Conn) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			p.hold(n)
			if _, err := to.Write(buf[:n]); err != nil {
				_ = from.Close()
				return
			}
		}
		if err != nil {
			if t, ok := to.(*net.TCPConn); ok && errors.Is(err, io.EOF) {
				_ = t.CloseWrite()
			} else {
				_ = to.Close()
			}
			return
		}
	}
}

func (p *Proxy) hold(bytes int) {
	p.mu.Lock()
	stalled, delay := p.stalled, p.delay
	if p.rate > 0 {
		delay += time.Duration(bytes) * time.Second / time.Duration(p.rate)
	}
	p.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	if stalled != nil {
		<-stalled
	}
}
