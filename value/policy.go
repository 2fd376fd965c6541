package value

// Policy says what becomes of secrets when values are encoded, and in which forms they
// are read. With the zero value they are hidden, and none is read in any other form.
type Policy struct {
	write func(Secret) (tag, text string, err error) // nil: hidden
	open  func(sealed string) (Secret, error)        // nil: sealed ones are refused
	clear bool                                       // whether clear text is read
}

// Hide is for readers who need not know: they read an empty secret.
func Hide() Policy { return Policy{} }

// HandOver is for the one reader who must know, over a link that nobody else reads.
func HandOver() Policy {
	return Policy{
		write: func(s Secret) (string, string, error) { return tagSecret, s.Reveal(), nil },
		clear: true,
	}
}

// Sealer keeps secrets unreadable at rest. Open undoes Seal.
type Sealer interface {
	Seal(s Secret) (string, error)
	Open(sealed string) (Secret, error)
}

// Seal is for what is kept and read again by whoever has the key.
func Seal(k Sealer) Policy {
	return Policy{
		write: func(s Secret) (string, string, error) {
			text, err := k.Seal(s)
			return tagSealed, text, err
		},
		open: k.Open,
	}
}

// Digester identifies a secret without telling it.
type Digester interface {
	Digest(s Secret) (string, error)
}

// DigestSecrets is for what is kept as history: of a secret only its digest, which is
// read as an ordinary text.
func DigestSecrets(k Digester) Policy {
	return Policy{write: func(s Secret) (string, string, error) {
		text, err := k.Digest(s)
		return tagDigest, text, err
	}}
}
