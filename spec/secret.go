package spec

// Secret is a string that cannot print itself: formatted, logged or encoded it
// is "•••". Reveal is the only way to the text.
type Secret string

const hidden = "•••"

// Reveal gives the text, for the code that must use it.
func (s Secret) Reveal() string { return string(s) }

// String hides the text.
func (Secret) String() string { return hidden }

// GoString hides the text from %#v.
func (Secret) GoString() string { return hidden }

// MarshalText hides the text from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
