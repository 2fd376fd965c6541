package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/armonic/armonic/value"
)

// Digest is a text that is the same for the same secret and key, and from which the
// secret cannot be found without the key, not even by trying: "hmac-sha256:…".
func (k KeyFile) Digest(s value.Secret) (string, error) {
	key, err := k.key(true)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("armonic digest\x00")) // the key also encrypts: its uses are kept apart
	mac.Write([]byte(s.Reveal()))
	return "hmac-sha256:" + hex.EncodeToString(mac.Sum(nil)[:16]), nil
}
