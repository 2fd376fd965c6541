package wire

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Decode reads what value.Encode wrote into *v, secrets in clear text too. The error is
// spec.Invalid, and quotes nothing.
func Decode(text []byte, v any) error {
	if err := value.Decode(text, v, value.HandOver()); err != nil {
		return spec.Errorf(spec.Invalid, "%v", err)
	}
	return nil
}
