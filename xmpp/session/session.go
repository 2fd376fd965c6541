package session

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
)

// The times of a session.
const (
	writeTime = 20 * time.Second       // one chunk may take so long to be sent
	pingEvery = 15 * time.Second       //
	pingTime  = 5 * time.Second        // within which something must arrive
	closeTime = 100 * time.Millisecond // for the server to say goodbye

	mostPatience = time.Minute // more than pingTime, if the server has much to read
)

// A server that reads less than slowest bytes in a second is as good as none; chunk
// bytes are written at once, so that one that reads more is waited for.
const (
	slowest = 1 << 10
	chunk   = 8 << 10
)

// Session is one stream to a server, ready for stanzas.
type Session struct {
	conn *conn
	jid  JID
	log  *slog.Logger
	acks bool // whether the server offers XEP-0198
	open bool // whether anybody may make an account

	writing chan struct{} // of size 1: who has put a token in may write
	buf     []byte        // of what is written, guarded by writing

	out   outbox
	calls calls
	pace  pace
	inbox int // stanzas received since acks were enabled; -1 before

	dropped Limit // stanzas that are logged

	once    sync.Once
	failure error         // why the session ended, set before ended is closed
	ended   chan struct{} // closed when the session has ended

	mu     sync.Mutex
	served chan struct{} // closed when Serve has returned; nil before it is called
	status string        // that the presence has with which we leave
}

// Over makes a session of a stream that was negotiated by others.
func Over(c net.Conn, me JID, log *slog.Logger) *Session {
	return newSession(newConn(c), me, false, log)
}

func newSession(c *conn, me JID, acks bool, log *slog.Logger) *Session {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Session{conn: c, jid: me, acks: acks, log: log, inbox: -1,
		writing: make(chan struct{}, 1), calls: newCalls(), ended: make(chan struct{}),
		out: outbox{more: make(chan struct{}, 1)}}
}

// JID is the full address that the server gave.
func (s *Session) JID() JID { return s.jid }

// Acks reports whether the server offers acknowledgements of stanzas (XEP-0198).
func (s *Session) Acks() bool { return s.acks }

// OpenRegistration reports whether the server lets anybody make an account.
func (s *Session) OpenRegistration() bool { return s.open }

// Ended is closed when the session has ended.
func (s *Session) Ended() <-chan struct{} { return s.ended }

// Serve reads stanzas until the session ends, and returns why. Everything but
// answers to calls is given to handle, which must not wait; an iq that asks must be
// answered by it, now or later.
func (s *Session) Serve(handle func(*Element)) error {
	served := make(chan struct{})
	defer close(served)
	s.mu.Lock()
	s.served = served
	s.mu.Unlock()
	var others sync.WaitGroup
	others.Go(s.ping)
	others.Go(s.deliver)
	err := s.read(handle)
	s.fail(err)
	others.Wait()
	return s.failure
}

func (s *Session) read(handle func(*Element)) error {
	var r stanzaReader
	for {
		err := r.read(s.conn)
		switch {
		case errors.Is(err, io.EOF):
			return spec.Errorf(spec.Unavailable, "the server closed the connection")
		case errors.Is(err, errFraming):
			return spec.Errorf(spec.Unavailable, "%v", err)
		case err != nil:
			return &spec.Error{Kind: spec.Unavailable, Msg: "the connection to the server was lost", Err: err}
		}
		e, err := parse(r.text)
		switch {
		case !r.whole():
			s.drop(e, fmt.Errorf("it is too large: %d bytes", r.size))
		case err != nil:
			s.drop(e, err)
		case e.Space == nsStream && e.Local == "error":
			return streamError(e)
		case e.Space == nsAcks:
			s.ack(e)
		case e.Space == nsClient:
			s.count()
			if !s.settle(e) {
				handle(e)
			}
		}
	}
}

// drop counts a stanza that cannot be dealt with, and says who sent it: e is what could be
// read of it, or nil.
func (s *Session) drop(e *Element, why error) {
	s.count()
	if missed, ok := s.dropped.Pass(); ok {
		s.log.Warn("a stanza was dropped", "from", fmt.Sprintf("%.100s", e.From()), "error", why, "unlogged", missed)
	}
}

// count and ack tell the server what has arrived (XEP-0198). Streams are never
// resumed: what was lost is asked for again.
func (s *Session) count() {
	if s.inbox >= 0 {
		s.inbox++
	}
}

func (s *Session) ack(e *Element) {
	switch {
	case e.Local == "enabled":
		s.inbox = 0
	case e.Local == "r" && s.inbox >= 0:
		s.Post(New(nsAcks, "a", "h", strconv.Itoa(s.inbox))) // without room, the server asks again
	}
}

// Send writes a stanza. An error has ended the session.
func (s *Session) Send(e *Element) error { return s.send(context.Background(), e) }

// send is Send, but that it does not wait for others who write when ctx ends. What is
// being written is always written to its end.
func (s *Session) send(ctx context.Context, e *Element) error {
	select {
	case s.writing <- struct{}{}: // whoever has it gives it back: every chunk has its deadline
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.writing }()
	s.buf = e.append(s.buf[:0], nsClient)
	return s.write(s.buf)
}

// Raw writes text that is a stanza, or is meant not to be one.
func (s *Session) Raw(text string) error {
	s.writing <- struct{}{}
	defer func() { <-s.writing }()
	return s.write([]byte(text))
}

// write needs the token.
func (s *Session) write(b []byte) error {
	for len(b) > 0 {
		n := len(b)
		if _, whole := s.conn.Conn.(*webSocket); !whole { // which writes in chunks of its own
			n = min(n, chunk)
		}
		s.pace.written.Add(int64(n))
		err := s.conn.SetWriteDeadline(time.Now().Add(writeTime))
		if err == nil {
			_, err = s.conn.Write(b[:n])
		}
		if err != nil {
			s.fail(&spec.Error{Kind: spec.Unavailable, Msg: "the connection to the server was lost", Err: err})
			return s.failure
		}
		b = b[n:]
	}
	return nil
}

// Close says goodbye, and returns when the session has ended.
func (s *Session) Close() {
	t := time.NewTimer(closeTime)
	defer t.Stop()
	select {
	case s.writing <- struct{}{}:
		_ = s.conn.SetWriteDeadline(time.Now().Add(closeTime))
		_, _ = s.conn.Write(append(s.farewell().append(nil, nsClient), "</stream:stream>"...)) // it ends in any case
		s.hangUp()
		<-s.writing
	case <-t.C: // the link is stalled
	}
	select {
	case <-s.ended: // the server has closed as well
	case <-t.C:
	}
	s.fail(spec.Errorf(spec.Canceled, "the session was closed"))
	s.mu.Lock()
	served := s.served
	s.mu.Unlock()
	if served != nil {
		<-served
	}
}

// CloseWith sets the status that others are told when Close is called.
func (s *Session) CloseWith(status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

// farewell is the presence with which we leave.
func (s *Session) farewell() *Element {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := Stanza("presence", "type", "unavailable")
	if s.status != "" {
		e.Add(New(nsClient, "status").WithText(s.status))
	}
	return e
}

// fail ends the session; the first reason counts.
func (s *Session) fail(why error) {
	s.once.Do(func() {
		s.failure = why
		close(s.ended)
		s.cut()
		s.calls.failAll(why)
	})
	<-s.ended
}

// hangUp says that nothing more will be written: ejabberd takes its time to answer the
// end of a stream, and none to see the end of a connection.
func (s *Session) hangUp() {
	if t, ok := s.conn.Conn.(*tls.Conn); ok {
		_ = t.CloseWrite()
	}
	if c, ok := s.below().(*net.TCPConn); ok {
		_ = c.CloseWrite()
	}
}

// cut closes the connection without waiting to say so, which a dead link would not
// let us.
func (s *Session) cut() {
	_ = s.below().Close()
}

// below is the connection below TLS.
func (s *Session) below() net.Conn {
	if t, ok := s.conn.Conn.(interface{ NetConn() net.Conn }); ok {
		return t.NetConn()
	}
	return s.conn
}

// HasEnded reports whether the session has ended.
func (s *Session) HasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}
