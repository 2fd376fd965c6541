package session

import (
	"bufio"
	"crypto/tls"
	"net"
)

// conn is a connection that can be read byte by byte. So nobody who parses it reads
// further than it must, and whoever comes next finds everything that follows.
type conn struct {
	net.Conn
	r     *bufio.Reader
	heard *heard
}

func newConn(c net.Conn) *conn {
	e := &ear{Conn: c, heard: newHeard()}
	return &conn{c, bufio.NewReaderSize(e, 16<<10), e.heard}
}

// ear notes whenever something arrives, be it a part of a stanza.
type ear struct {
	net.Conn
	heard *heard
}

func (e *ear) Read(b []byte) (int, error) {
	n, err := e.Conn.Read(b)
	if n > 0 {
		e.heard.now()
	}
	return n, err
}

// Read and ReadByte read from the same buffer.
func (c *conn) Read(b []byte) (int, error) { return c.r.Read(b) }

// ReadByte reads one byte.
func (c *conn) ReadByte() (byte, error) { return c.r.ReadByte() }

// ConnectionState is that of TLS, zero if there is none.
func (c *conn) ConnectionState() tls.ConnectionState {
	if t, ok := c.Conn.(*tls.Conn); ok {
		return t.ConnectionState()
	}
	return tls.ConnectionState{}
}
