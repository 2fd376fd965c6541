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

// frame is where one stanza begins and ends. It knows just enough of XML to tell,
// so that a stanza that cannot be parsed costs that stanza and nothing else.
type frame struct {
	text  []byte // of the stanza, up to mostBytes
	size  int    // of all of it
	depth int    // of elements that are open
}

// whole reports whether nothing was thrown away.
func (f *frame) whole() bool { return f.size == len(f.text) }

// read reads the next stanza. The error is io.EOF at the end of the stream, whether
// it was said or not.
func (f *frame) read(r io.ByteReader) error {
	f.text, f.size, f.depth = f.text[:0], 0, 0
	for {
		c, err := f.next(r)
		switch {
		case err != nil:
			return err
		case c == '<':
			done, err := f.tag(r)
			if done || err != nil {
				return err
			}
		case f.depth == 0: // white space between stanzas keeps connections alive
			if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				return errFraming
			}
			f.text, f.size = f.text[:0], 0
		}
	}
}

// tag reads what follows a <, and reports whether the stanza has ended.
func (f *frame) tag(r io.ByteReader) (bool, error) {
	c, err := f.next(r)
	if err != nil {
		return false, err
	}
	closing := c == '/'
	switch {
	case closing && f.depth == 0:
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
		if c, err = f.next(r); err != nil {
			return false, err
		}
	}
	switch {
	case closing:
		f.depth--
	case last != '/':
		f.depth++
	}
	return f.depth == 0, nil
}

func (f *frame) next(r io.ByteReader) (byte, error) {
	c, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	if f.size++; f.size <= mostBytes {
		f.text = append(f.text, c)
	}
	return c, nil
}
