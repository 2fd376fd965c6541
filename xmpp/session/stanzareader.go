package session

import (
	"errors"
	"io"
)

// mostBytes is how large a stanza may be. Servers allow less; what is larger all the
// same is read and thrown away.
const mostBytes = 1 << 20

// errFraming is the end of a stream that is not XML at all.
var errFraming = errors.New("the server sent what is not a stanza")

// stanzaReader cuts one stanza after another out of a stream. It knows just enough of XML to tell,
// so that a stanza that cannot be parsed costs that stanza and nothing else.
type stanzaReader struct {
	text  []byte // of the stanza, up to mostBytes
	size  int    // of all of it
	depth int    // of elements that are open
}

// whole reports whether nothing was thrown away.
func (r *stanzaReader) whole() bool { return r.size == len(r.text) }

// read reads the next stanza. The error is io.EOF at the end of the stream, whether
// it was said or not.
func (r *stanzaReader) read(from io.ByteReader) error {
	r.text, r.size, r.depth = r.text[:0], 0, 0
	for {
		c, err := r.next(from)
		switch {
		case err != nil:
			return err
		case c == '<':
			done, err := r.tag(from)
			if done || err != nil {
				return err
			}
		case r.depth == 0: // white space between stanzas keeps connections alive
			if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				return errFraming
			}
			r.text, r.size = r.text[:0], 0
		}
	}
}

// tag reads what follows a <, and reports whether the stanza has ended.
func (r *stanzaReader) tag(from io.ByteReader) (bool, error) {
	c, err := r.next(from)
	if err != nil {
		return false, err
	}
	closing := c == '/'
	switch {
	case closing && r.depth == 0:
		return false, io.EOF // of the stream
	case c == '!' || c == '?': // nothing that may be in a stream
		return false, errFraming
	}
	var quote, last byte
	for quote != 0 || c != '>' {
		switch {
		case quote == c:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		}
		last = c
		if c, err = r.next(from); err != nil {
			return false, err
		}
	}
	switch {
	case closing:
		r.depth--
	case last != '/':
		r.depth++
	}
	return r.depth == 0, nil
}

func (r *stanzaReader) next(from io.ByteReader) (byte, error) {
	c, err := from.ReadByte()
	if err != nil {
		return 0, err
	}
	if r.size++; r.size <= mostBytes {
		r.text = append(r.text, c)
	}
	return c, nil
}
