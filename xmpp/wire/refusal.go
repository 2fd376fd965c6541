package wire

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/text"
)

// Refusal is the answer that says why an iq was refused: as a condition for anybody, and
// as the error that it was for who speaks our protocol.
func Refusal(iq *session.Element, err error) *session.Element { return refusal(iq, err, "") }

// Explained is a Refusal that says it in words as well, for clients of people.
func Explained(iq *session.Element, err error) *session.Element {
	words := err.Error()
	if hint := spec.HintOf(err); hint != "" {
		words += " (" + hint + ")"
	}
	return refusal(iq, err, text.Short(text.Clean(words), 1000))
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
