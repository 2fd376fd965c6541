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
	r        *bufio.Reader
	activity *activity
}

func newConn(c net.Conn) *conn {
	w := &watched{Conn: c, activity: newActivity()}
	return &conn{c, bufio.NewReaderSize(w, 16<<10), w.activity}
}

// watched notes whenever something arrives, be it a part of a stanza.
type watched struct {
	net.Conn
	activity *activity
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	if n > 0 {
		w.activity.now()
	}
	return n, err
}

// Read and ReadByte read from the same buffer.
func (c *conn) Read(b []byte) (int, error) { return c.r.Read(b) }

// ReadByte reads one byte.
func (c *conn) ReadByte() (byte, error) { return c.r.ReadByte() }

// ConnectionState is that of TLS, zero if there is none.
func (c *conn) ConnectionState() tls.ConnectionState {
	if t, ok := c.Conn.(interface{ ConnectionState() tls.ConnectionState }); ok {
		return t.ConnectionState()
	}
	return tls.ConnectionState{}
}
