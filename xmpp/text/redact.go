package text

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Redact takes the secrets that are known out of a text, and cuts it.
func Redact(r *value.Redactor, s string, most int) string { return Short(r.Redact(s), most) }

// RedactError gives an error as people may see it.
func RedactError(r *value.Redactor, err *spec.Error, most int) *spec.Error {
	if err == nil {
		return nil
	}
	e := *err
	e.Err = nil
	e.Msg, e.Hint, e.At = Redact(r, e.Msg, most), Redact(r, e.Hint, most), Redact(r, e.At, most)
	return &e
}
