package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

const keySize = 32 // bytes: AES-256

// KeyFile seals with a key of 32 bytes that is kept in a file, mode 0600, and made
// when it is first needed.
type KeyFile struct {
	Path string
}

// Seal encrypts with AES-256-GCM and a random nonce.
func (k KeyFile) Seal(s value.Secret) (string, error) {
	gcm, err := k.gcm(true)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return base64.StdEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(s.Reveal()), nil)), nil
}

// Open undoes Seal. The error is spec.Invalid if the key or the text is another one.
func (k KeyFile) Open(sealed string) (value.Secret, error) {
	gcm, err := k.gcm(false)
	if err != nil {
		return "", err
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err == nil && len(raw) < gcm.NonceSize() {
		err = errors.New("too short")
	}
	var text []byte
	if err == nil {
		text, err = gcm.Open(nil, raw[:gcm.NonceSize()], raw[gcm.NonceSize():], nil)
	}
	if err != nil {
		return "", spec.Errorf(spec.Invalid, "it cannot be unsealed with the key in %s", k.Path).
			WithHint("it was sealed by another user or on another machine: replace it by the secret itself, or give it with --set PATTERN=-")
	}
	return value.Secret(text), nil
}

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

func (k KeyFile) gcm(create bool) (cipher.AEAD, error) {
	key, err := k.key(create)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Check refuses a key that others can read. There may be none yet.
func (k KeyFile) Check() error {
	if _, err := k.read(); spec.KindOf(err) == spec.Denied {
		return err
	}
	return nil
}

func (k KeyFile) key(create bool) ([]byte, error) {
	key, err := k.read()
	if errors.Is(err, fs.ErrNotExist) && create {
		if err = k.create(); err == nil {
			key, err = k.read() // another may have been faster
		}
	}
	if spec.KindOf(err) == spec.Denied {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the key that seals secrets: %w", err)
	}
	if len(key) != keySize {
		return nil, fmt.Errorf("the key in %s is damaged: it has %d bytes and must have %d", k.Path, len(key), keySize)
	}
	return key, nil
}

// read refuses a key that others may know, as ssh does.
func (k KeyFile) read() ([]byte, error) {
	f, err := os.Open(k.Path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, spec.Errorf(spec.Denied, "the key that seals secrets, %s, can be used by others (mode %04o)", k.Path, mode).
			WithHint("chmod 600 %s; what it sealed may be known, so change those secrets", k.Path)
	}
	return io.ReadAll(f)
}

// create makes the key under another name and links it into place when it is on the
// disk: there is never half a key, and never a second one.
func (k KeyFile) create() error {
	dir := filepath.Dir(k.Path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	key := make([]byte, keySize)
	_, _ = rand.Read(key)                                            // never fails
	f, err := os.CreateTemp(dir, "."+filepath.Base(k.Path)+"-new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // the other name stays
	_, err = f.Write(key)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), k.Path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
