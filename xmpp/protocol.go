package xmpp

import (
	"strconv"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Resource is the resource that agents have.
const Resource = "agent"

// Namespaces of extensions that both ends speak.
const (
	nsRoster   = "jabber:iq:roster"
	nsDisco    = "http://jabber.org/protocol/disco#info"
	nsPing     = "urn:xmpp:ping"
	nsLast     = "jabber:iq:last"
	nsVersion  = "jabber:iq:version"
	nsItems    = "http://jabber.org/protocol/disco#items"
	nsCommands = "http://jabber.org/protocol/commands"
	nsTime     = "urn:xmpp:time"
	nsStanzas  = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsRoom     = "http://jabber.org/protocol/muc"
	nsUser     = "http://jabber.org/protocol/muc#user"
	nsOwner    = "http://jabber.org/protocol/muc#owner"
)

// op names a method of spec.Agent on the wire.
type op string

const (
	opInfo     op = "info"
	opDescribe op = "describe"
	opProvides op = "provides"
	opRoute    op = "route"
	opPaths    op = "paths"
	opCheck    op = "check"
	opPreview  op = "preview"
	opStacks   op = "stacks"
	opStart    op = "start"
	opStop     op = "stop"
	opFollow   op = "follow"
	opUnfollow op = "unfollow"
)

// asked are the parameters of operations that have no type in package spec.
type asked struct {
	Pattern spec.Pattern `json:"pattern,omitempty"` // describe, provides
	Run     spec.RunID   `json:"run,omitempty"`     // stop, follow
	Follow  string       `json:"follow,omitempty"`  // follow, unfollow: names this follower among those of the client
	After   int          `json:"after,omitempty"`   // follow
}

// batch is what a follower is told at once.
type batch struct {
	After  int          `json:"after"`            // the number of the event before these, as this follower was told them
	Events []spec.Event `json:"events,omitempty"` // in order
	Ended  bool         `json:"ended,omitempty"`  // nothing follows
	Paused bool         `json:"paused,omitempty"` // nothing follows unless it is asked for
	Err    *spec.Error  `json:"error,omitempty"`  // why following ended, if the run did not
}

// credit is how many events a follower is told before it must ask again, so that one
// who is slow is not flooded.
const credit = 1000

// call makes the element of a call. Ref names it among those of the client, for the
// client to ask whether it is still being served.
func call(o op, version int, ref, text string) *session.Element {
	return session.New(wire.Namespace, "call", "v", strconv.Itoa(version), "op", string(o), "ref", ref).WithText(text)
}

// inPieces says that the text is elsewhere, in so many pieces under an id.
func inPieces(e *session.Element, id string, n int) *session.Element {
	e.Text = ""
	e.Attrs = append(e.Attrs, session.Attr{Name: "id", Value: id}, session.Attr{Name: "pieces", Value: strconv.Itoa(n)})
	return e
}

// pieces reads that; n is 0 if the text is in the element.
func pieces(e *session.Element) (id string, n int, err error) {
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

// refusal is the answer that says why a call was refused.
func refusal(iq *session.Element, err error) *session.Element {
	e := wire.Error(err)
	kind, condition := wire.Condition(e.Kind)
	text, encErr := wire.Encode(e, wire.Hide)
	if encErr != nil {
		text = nil // errors are texts only: this cannot be
	}
	said := session.New(wire.Namespace, "error", "versions", wire.Ours().String()).WithText(string(text))
	return session.Refuse(iq, kind, condition, "", said)
}
