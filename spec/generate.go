package spec

import (
	"crypto/rand"
	"math/big"

	"github.com/armonic/armonic/value"
)

// MaxGenerated is the most characters that a secret can have that is made at random.
const MaxGenerated = 256

// Random makes a secret for a variable that wants one (Generate): letters and digits, each
// as likely as the others.
func (v Variable) Random() value.Secret {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	out := make([]byte, v.Generate)
	for i := range out {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters)))) // it never fails
		out[i] = letters[n.Int64()]
	}
	return value.Secret(out)
}
