package calls

import (
	"strconv"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// element makes an element of a version of our protocol.
func element(local string, version int, attrs ...string) *session.Element {
	return session.New(wire.Namespace, local, append([]string{"v", strconv.Itoa(version)}, attrs...)...)
}

// callElement is a call. Ref names it among those of the client, for the client to ask
// whether it is still being served.
func callElement(o operation, version int, ref, text string) *session.Element {
	return element("call", version, "op", string(o), "ref", ref).WithText(text)
}

// setPieces says that the text is elsewhere, in so many pieces under an id.
func setPieces(e *session.Element, id string, n int) *session.Element {
	e.Text = ""
	e.Attrs = append(e.Attrs, session.Attr{Name: "id", Value: id}, session.Attr{Name: "pieces", Value: strconv.Itoa(n)})
	return e
}

// piecesOf reads that; n is 0 if the text is in the element.
func piecesOf(e *session.Element) (id string, n int, err error) {
	if e.Attr("pieces") == "" {
		return "", 0, nil
	}
	n, err = strconv.Atoi(e.Attr("pieces"))
	if err == nil {
		err = wire.Pieces(n)
	}
	if err != nil {
		return "", 0, spec.Errorf(spec.Invalid, "the number of pieces is wrong")
	}
	return e.Attr("id"), n, nil
}
