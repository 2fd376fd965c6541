package session

import (
	"bytes"
	"encoding/xml"
	"errors"
	"strconv"
	"unicode/utf8"
)

// Ping is the namespace of XMPP Ping (XEP-0199).
const Ping = "urn:xmpp:ping"

// Other namespaces that this package speaks.
const (
	nsClient  = "jabber:client"
	nsStream  = "http://etherx.jabber.org/streams"
	nsStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsStreams = "urn:ietf:params:xml:ns:xmpp-streams"
	nsBind    = "urn:ietf:params:xml:ns:xmpp-bind"
	nsAcks    = "urn:xmpp:sm:3"
	nsIBR     = "jabber:iq:register"
	nsDisco   = "http://jabber.org/protocol/disco#info"
)

// Element is a piece of XML: a name, attributes without a namespace, and text or
// other elements inside.
type Element struct {
	Space, Local string
	Attrs        []Attr
	Text         string // all text directly inside, joined
	Kids         []*Element
}

// Attr is an attribute.
type Attr struct{ Name, Value string }

// New makes an element; attributes are pairs of name and value, those without a value
// are left out.
func New(space, local string, attrs ...string) *Element {
	e := &Element{Space: space, Local: local}
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			e.Attrs = append(e.Attrs, Attr{attrs[i], attrs[i+1]})
		}
	}
	return e
}

// Stanza makes an iq, message or presence.
func Stanza(local string, attrs ...string) *Element { return New(nsClient, local, attrs...) }

// Add puts elements inside and returns e.
func (e *Element) Add(kids ...*Element) *Element {
	e.Kids = append(e.Kids, kids...)
	return e
}

// WithText sets the text and returns e.
func (e *Element) WithText(s string) *Element {
	e.Text = s
	return e
}

// Attr is the value of an attribute, "" if there is none. It can be asked of nil.
func (e *Element) Attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Kid is the first element inside with a namespace and a name; "" stands for any
// name. It can be asked of nil.
func (e *Element) Kid(space, local string) *Element {
	if e == nil {
		return nil
	}
	for _, k := range e.Kids {
		if k.Space == space && (local == "" || k.Local == local) {
			return k
		}
	}
	return nil
}

// From is who sent a stanza; only the server can leave it out. It can be asked of nil.
func (e *Element) From() JID { return JID(e.Attr("from")) }

// Type is the type of a stanza.
func (e *Element) Type() string { return e.Attr("type") }

// ID is the id of a stanza.
func (e *Element) ID() string { return e.Attr("id") }

// String writes the element as it goes over the wire.
func (e *Element) String() string { return string(e.append(nil, nsClient)) }

func (e *Element) append(b []byte, space string) []byte {
	b = append(append(b, '<'), e.Local...)
	if e.Space != space {
		b = attr(b, "xmlns", e.Space)
	}
	for _, a := range e.Attrs {
		b = attr(b, a.Name, a.Value)
	}
	if e.Text == "" && len(e.Kids) == 0 {
		return append(b, "/>"...)
	}
	b = escape(append(b, '>'), e.Text, false)
	for _, k := range e.Kids {
		b = k.append(b, e.Space)
	}
	return append(append(append(b, "</"...), e.Local...), '>')
}

func attr(b []byte, name, value string) []byte {
	b = append(append(append(b, ' '), name...), '=', '\'')
	return append(escape(b, value, true), '\'')
}

// escape writes what XML can hold; the rest becomes U+FFFD. Quotes mean something in
// attributes only: in texts, of which JSON is full of them, they stay one byte each, so
// that a stanza is hardly larger than what is in it.
func escape(b []byte, s string, inAttr bool) []byte {
	for _, c := range s {
		switch {
		case c == '<' || c == '>' || c == '&' || c == '\r', inAttr && (c == '\'' || c == '"' || c == '\t' || c == '\n'):
			b = append(strconv.AppendInt(append(b, "&#"...), int64(c), 10), ';')
		case c < ' ' && c != '\t' && c != '\n' || c == 0xFFFE || c == 0xFFFF:
			b = utf8.AppendRune(b, utf8.RuneError)
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return b
}

// mostDepth is how deep elements may be nested.
const mostDepth = 64

var errDeep = errors.New("elements are nested too deeply")

// parse reads one stanza that was cut out of a stream. With an error comes what could be
// read of it, if anything.
func parse(text []byte) (stanza *Element, err error) {
	const stream = "<stream:stream xmlns='" + nsClient + "' xmlns:stream='" + nsStream + "'>"
	d := xml.NewDecoder(bytes.NewReader(append([]byte(stream), text...))) // which needs no buffer of the decoder's
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var stack []*Element
	var texts [][]byte // of those in stack: a text may come in as many parts as there are elements in it
	for {
		tok, err := d.Token()
		if err != nil {
			return stanza, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			e := &Element{Space: t.Name.Space, Local: t.Name.Local}
			for _, a := range t.Attr {
				if a.Name.Space == "" && a.Name.Local != "xmlns" {
					e.Attrs = append(e.Attrs, Attr{a.Name.Local, a.Value})
				}
			}
			if len(stack) == mostDepth {
				return stanza, errDeep
			}
			if stanza == nil {
				stanza = e
			}
			if n := len(stack); n > 0 {
				stack[n-1].Kids = append(stack[n-1].Kids, e)
			}
			stack, texts = append(stack, e), append(texts, nil)
		case xml.EndElement:
			n := len(stack) - 1
			if stack[n].Text = string(texts[n]); n == 0 {
				return stanza, nil
			}
			stack, texts = stack[:n], texts[:n]
		case xml.CharData:
			if n := len(texts); n > 0 {
				texts[n-1] = append(texts[n-1], t...)
			}
		}
	}
}
