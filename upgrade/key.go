package upgrade

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/armonic/armonic/spec"
)

// Key signs what agents are to run.
type Key struct{ private ed25519.PrivateKey }

// pemType is that of openssl genpkey -algorithm ed25519.
const pemType = "PRIVATE KEY"

// UsualKey is the file of an operator's key.
func UsualKey() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "upgrade.key"
	}
	return filepath.Join(dir, "armonic", "upgrade.key")
}

// ReadKey reads a key, in PEM. The error is NotFound if there is no file.
func ReadKey(file string) (Key, error) {
	text, err := spec.ReadText(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, spec.Errorf(spec.NotFound, "there is no key that signs upgrades, %s", file).WithHint("armonic agent key makes one")
	}
	if err != nil {
		return Key{}, spec.Errorf(spec.Invalid, "cannot read the key that signs upgrades: %v", err).WithHint("--key names its file; armonic agent key makes one")
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
		return Key{}, spec.Errorf(spec.Invalid, "others can read the key %s", file).WithHint("chmod 600 %s", file)
	}
	if block, _ := pem.Decode(text); block != nil {
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if private, ok := key.(ed25519.PrivateKey); err == nil && ok {
			return Key{private}, nil
		}
	}
	return Key{}, spec.Errorf(spec.Invalid, "%s has no Ed25519 key in PEM", file)
}

// MakeKey makes a key and writes it to a file, which must not be there, and is not if that fails.
func MakeKey(file string) (Key, error) {
	k, err := makeKey(file)
	if err != nil {
		err = spec.Errorf(spec.Failed, "cannot write a key: %v", err).WithHint("--key FILE says where to")
	}
	return k, err
}

func makeKey(file string) (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Key{}, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return Key{}, err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Key{}, err
	}
	if err := errors.Join(pem.Encode(f, &pem.Block{Type: pemType, Bytes: der}), f.Sync(), f.Close()); err != nil {
		return Key{}, errors.Join(err, os.Remove(file)) // a part of one would be taken for it
	}
	return Key{private}, nil
}

// Public is what settings of agents name the key by.
func (k Key) Public() string {
	public, _ := k.private.Public().(ed25519.PublicKey)
	return base64.StdEncoding.EncodeToString(public)
}

// orderTime is how long an order holds: one that somebody recorded is of no use later.
const orderTime = 24 * time.Hour

// Order signs that a program is to run.
func (k Key) Order(digest string, size int, now time.Time) spec.UpgradeOrder {
	o := spec.UpgradeOrder{Digest: digest, Size: size, Until: now.Add(orderTime).Truncate(time.Second)}
	o.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, o.Signed()))
	return o
}

// Modules signs that a version of a bundle of modules is to be used, or none with a digest of "".
func (k Key) Modules(name, digest string, size int, now time.Time) spec.BundleOrder {
	o := spec.BundleOrder{Name: name, Digest: digest, Size: size, Until: now.Add(orderTime).Truncate(time.Second)}
	o.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, o.Signed()))
	return o
}

// Keys are the public keys that an agent trusts.
type Keys []ed25519.PublicKey

// ParseKeys reads what Public gives.
func ParseKeys(texts []string) (Keys, error) {
	var out Keys
	for _, text := range texts {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, spec.Errorf(spec.Invalid, "upgrade_keys: %q is no key", text).WithHint("armonic agent key prints yours")
		}
		out = append(out, key)
	}
	return out, nil
}

// verify says whether an order counts.
func (ks Keys) verify(o spec.UpgradeOrder, now time.Time) error {
	if len(ks) == 0 {
		return spec.Errorf(spec.Denied, "this agent takes no upgrades: its settings have no upgrade_keys").
			WithHint("armonic agent key makes a key; then armonic host add, said again, names it there, or put what is printed into its agent.yaml")
	}
	return ks.signed(o.Signed(), o.Signature, o.Until, now)
}

// VerifyModules says whether an order about modules counts. Where no keys are trusted it need not
// be signed.
func (ks Keys) VerifyModules(o spec.BundleOrder, now time.Time) error {
	if len(ks) == 0 {
		return nil
	}
	return ks.signed(o.Signed(), o.Signature, o.Until, now)
}

// signed says whether a text is signed, and until when.
func (ks Keys) signed(text []byte, signature string, until, now time.Time) error {
	if now.After(until) {
		return spec.Errorf(spec.Denied, "the order held until %s", until.Format(time.DateTime)).WithHint("are the clocks right?")
	}
	given, err := base64.StdEncoding.DecodeString(signature)
	for _, k := range ks {
		if err == nil && ed25519.Verify(k, text, given) {
			return nil
		}
	}
	return spec.Errorf(spec.Denied, "it is not signed with a key of upgrade_keys").WithHint("armonic agent key prints yours")
}
