package wire

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Secrets says what becomes of secrets.
type Secrets bool

// Hide is for whoever need not know; Reveal only for whoever must.
const (
	Hide   Secrets = false
	Reveal Secrets = true
)

// Encode writes a value of package spec, or one made of them, as package value does.
func Encode(v any, secrets Secrets) ([]byte, error) {
	if secrets == Reveal {
		return value.Encode(v, value.HandOver())
	}
	return value.Encode(v, value.Hide())
}

// Decode reads what Encode wrote into *v. The error is spec.Invalid, and quotes nothing.
func Decode(text []byte, v any) error {
	if err := value.Decode(text, v, value.HandOver()); err != nil {
		return spec.Errorf(spec.Invalid, "%v", err)
	}
	return nil
}
