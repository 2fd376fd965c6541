package value

// Secret is a text that cannot print itself: formatted, logged or encoded it is
// Hidden. Reveal is the only way to the text.
type Secret string

// Hidden is what stands in the place of a secret.
const Hidden = "•••"

// Reveal gives the text, for the code that must use it.
func (s Secret) Reveal() string { return string(s) }

// String hides the text.
func (Secret) String() string { return Hidden }

// GoString hides the text from %#v.
func (Secret) GoString() string { return Hidden }

// MarshalText hides the text from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(Hidden), nil }
