package wire

import (
	"context"
	"errors"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
)

// condition is how a kind of error is said in a stanza, for those who do not read
// what else is in it.
type condition struct{ typ, name string }

func conditions() map[spec.Kind]condition {
	return map[spec.Kind]condition{
		spec.Internal:    {"cancel", "internal-server-error"},
		spec.Invalid:     {"modify", "bad-request"},
		spec.NotFound:    {"cancel", "item-not-found"},
		spec.Ambiguous:   {"modify", "not-acceptable"},
		spec.Conflict:    {"cancel", "conflict"},
		spec.Unavailable: {"wait", "recipient-unavailable"},
		spec.Denied:      {"auth", "forbidden"},
		spec.Failed:      {"cancel", "undefined-condition"},
		spec.Canceled:    {"cancel", "gone"},
		spec.Timeout:     {"wait", "remote-server-timeout"},
		spec.Protocol:    {"cancel", "unexpected-request"},
	}
}

// Condition gives the type and the condition of the stanza error for a kind.
func Condition(k spec.Kind) (typ, name string) {
	c, ok := conditions()[k]
	if !ok {
		c = conditions()[spec.Internal]
	}
	return c.typ, c.name
}

// KindOf gives the kind for a condition, of our peers or of any server.
func KindOf(name string) spec.Kind {
	switch name {
	case "service-unavailable", "remote-server-not-found", "resource-constraint", "policy-violation", "redirect":
		return spec.Unavailable
	case "not-allowed", "not-authorized", "registration-required", "subscription-required":
		return spec.Denied
	case "jid-malformed", "feature-not-implemented":
		return spec.Invalid
	}
	all := spec.Kinds()
	if at := slices.IndexFunc(all, func(k spec.Kind) bool { return conditions()[k].name == name }); at >= 0 {
		return all[at]
	}
	return spec.Internal
}

// Error is what a peer is told of an error. It never has a cause.
func Error(err error) *spec.Error {
	e := *spec.AsError(err)
	switch {
	case e.Kind != spec.Internal:
	case errors.Is(err, context.Canceled):
		e.Kind = spec.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind = spec.Timeout
	}
	e.Err = nil
	for n := mostWords; ; n /= 2 {
		e.Op, e.At, e.Msg, e.Hint = Short(e.Op, n), Short(e.At, n), Short(e.Msg, n), Short(e.Hint, n)
		if text, err := value.Encode(&e, value.Hide()); err != nil || len(text) <= Piece {
			return &e
		}
	}
}

// mostWords is how long a text of an error may be, if all of it fits in a piece: then
// it fits in one stanza.
const mostWords = 32 << 10

// Refusal is the answer that says why an iq was refused: as a condition for anybody, and
// as the error that it was for who speaks our protocol.
func Refusal(iq *session.Element, err error) *session.Element { return refusal(iq, err, "") }

// Explained is a Refusal that says it in words as well, for clients of people.
func Explained(iq *session.Element, err error) *session.Element {
	words := err.Error()
	if hint := spec.HintOf(err); hint != "" {
		words += " (" + hint + ")"
	}
	return refusal(iq, err, Short(Clean(words), 1000))
}

func refusal(iq *session.Element, err error, words string) *session.Element {
	e := Error(err)
	kind, condition := Condition(e.Kind)
	body, encErr := value.Encode(e, value.Hide())
	if encErr != nil {
		body = nil // errors are texts only: this cannot be
	}
	said := session.New(Namespace, "error", "versions", Ours().String()).WithText(string(body))
	return session.Refuse(iq, kind, condition, words, said)
}
