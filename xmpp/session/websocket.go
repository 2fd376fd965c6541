package session

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

const nsFraming = "urn:ietf:params:xml:ns:xmpp-framing"

// webSocket is a stream over WebSocket (RFC 7395) that is read and written as one over TCP, so
// that nothing else has to know the difference. (mellium.im/xmpp/websocket dials past proxies,
// does not stop when its context ends, and makes a message of every 4 KiB that are written.)
type webSocket struct {
	*paced // below TLS: to the server, or to a proxy
	ws     *websocket.Conn
	state  tls.ConnectionState

	in      io.Reader   // what is left of the message that is read
	out     []byte      // the message that is written
	writing atomic.Bool // a message
}

// NetConn is what is below TLS.
func (w *webSocket) NetConn() net.Conn { return w.Conn }

// ConnectionState is that of TLS.
func (w *webSocket) ConnectionState() tls.ConnectionState { return w.state }

// Close does not wait to say so.
func (w *webSocket) Close() error {
	err := w.paced.Close()
	_ = w.ws.CloseNow() // it is closed
	return err
}

// Read reads messages one after another, and what opens and closes a stream as it is over TCP.
func (w *webSocket) Read(b []byte) (int, error) {
	for {
		n, err := w.in.Read(b)
		switch {
		case n > 0:
			return n, nil
		case err == nil || errors.Is(err, io.EOF):
			err = w.next()
		}
		switch {
		case websocket.CloseStatus(err) != -1: // which says less than the end of the stream before it
			return 0, io.EOF
		case err != nil:
			return 0, err
		}
	}
}

// mostFraming is how long a message may be that opens or closes a stream.
const mostFraming = 4 << 10

func (w *webSocket) next() error {
	_, r, err := w.ws.Reader(context.Background()) // it ends when the connection is closed
	if err != nil {
		return err
	}
	var head [len("<close")]byte
	n, err := io.ReadFull(r, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	w.in = io.MultiReader(bytes.NewReader(head[:n]), r)
	if !bytes.HasPrefix(head[:n], []byte("<open")) && !bytes.HasPrefix(head[:n], []byte("<close")) {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(w.in, mostFraming+1))
	if err != nil {
		return err
	}
	e, err := parse(text)
	switch {
	case len(text) > mostFraming, err != nil:
		return errFraming
	case e.Space == nsFraming && e.Local == "open":
		text = attr(attr([]byte("<stream:stream"), "xmlns", nsClient), "xmlns:stream", nsStream)
		for _, a := range e.Attrs {
			text = attr(text, a.Name, a.Value)
		}
		text = append(text, '>')
	case e.Space == nsFraming && e.Local == "close":
		text = []byte("</stream:stream>")
	}
	w.in = bytes.NewReader(text)
	return nil
}

// Write sends each element as a message of its own. What is written must be whole elements, or
// open or close the stream.
func (w *webSocket) Write(b []byte) (int, error) {
	from := bytes.NewReader(b)
	if bytes.HasPrefix(b, []byte("<?xml")) || bytes.HasPrefix(b, []byte("<stream:stream")) {
		return len(b), w.open(b)
	}
	for from.Len() > 0 {
		begin := len(b) - from.Len()
		var r stanzaReader
		err := r.read(from)
		text := bytes.TrimSpace(b[begin : len(b)-from.Len()])
		switch {
		case errors.Is(err, io.EOF) && bytes.HasPrefix(text, []byte("</")):
			return len(b), w.say(attr([]byte("<close"), "xmlns", nsFraming), "/>") // nothing follows
		case errors.Is(err, io.EOF) && len(text) == 0: // it keeps a connection alive, over TCP
			err = nil
		case err == nil:
			name := 1 + bytes.IndexAny(text[1:], " \t\r\n/>")
			w.out = append(w.out[:0], text[:name]...)
			if !bytes.HasPrefix(text[name:], []byte(" xmlns=")) {
				w.out = attr(w.out, "xmlns", nsClient)
			}
			err = w.say(w.out, string(text[name:]))
		}
		if err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// open says what a header of a stream says.
func (w *webSocket) open(header []byte) error {
	_, attrs, _ := strings.Cut(string(header), "<stream:stream")
	e, _ := parse([]byte("<stream:stream" + attrs + "</stream:stream>"))
	if e == nil {
		return fmt.Errorf("the stream is opened with %q", header)
	}
	out := attr([]byte("<open"), "xmlns", nsFraming)
	for _, a := range e.Attrs {
		out = attr(out, a.Name, a.Value)
	}
	return w.say(out, "/>")
}

// say sends a message: in one frame, as Prosody does not take several. The time that it may
// take is that of its parts.
func (w *webSocket) say(text []byte, rest string) error {
	w.writing.Store(true)
	defer w.writing.Store(false)
	text = append(text, rest...)
	w.out = text[:0]
	return w.ws.Write(context.Background(), websocket.MessageText, text)
}

// paced is a connection on which each write has the time that SetWriteDeadline gave: what is
// above it writes a message in many.
type paced struct {
	net.Conn
	limit atomic.Int64 // 0 is none
}

// SetWriteDeadline says how long from now each write may take.
func (p *paced) SetWriteDeadline(t time.Time) error {
	if t.IsZero() {
		p.limit.Store(0)
		return p.Conn.SetWriteDeadline(t)
	}
	p.limit.Store(int64(max(time.Until(t), 1)))
	return p.Conn.SetWriteDeadline(t)
}

func (p *paced) Write(b []byte) (int, error) {
	if limit := p.limit.Load(); limit > 0 {
		if err := p.Conn.SetWriteDeadline(time.Now().Add(time.Duration(limit))); err != nil {
			return 0, err
		}
	}
	return p.Conn.Write(b)
}
