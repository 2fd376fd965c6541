package server

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"slices"
	"time"

	"github.com/armonic/armonic/spec"
)

// authorityYears is how long the authority is valid: every agent has its certificate,
// so that it should outlive them.
const authorityYears = 20

// authority signs certificates of servers.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  []byte
}

func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func serial() (*big.Int, error) { return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) }

// newAuthority makes one for a domain, and gives its key in PEM.
func newAuthority(domain string, now time.Time) (*authority, []byte, error) {
	key, keyPEM, err := newKey()
	if err != nil {
		return nil, nil, err
	}
	n, err := serial()
	if err != nil {
		return nil, nil, err
	}
	tmpl := &x509.Certificate{SerialNumber: n, Subject: pkix.Name{CommonName: "Armonic authority of " + domain},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(authorityYears, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	return &authority{cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, keyPEM, nil
}

// sign makes a certificate that names domains, and its key, both in PEM. It never
// outlives the authority.
func (a *authority) sign(names []string, now time.Time, years int) (cert, key []byte, until time.Time, err error) {
	k, keyPEM, err := newKey()
	if err != nil {
		return nil, nil, until, err
	}
	n, err := serial()
	if err != nil {
		return nil, nil, until, err
	}
	until = now.AddDate(years, 0, 0)
	if until.After(a.cert.NotAfter) {
		until = a.cert.NotAfter
	}
	tmpl := &x509.Certificate{SerialNumber: n, Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: now.Add(-time.Hour), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, k.Public(), a.key)
	if err != nil {
		return nil, nil, until, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), keyPEM, until, nil
}

// readAuthority reads the one that was made before.
func (o Options) readAuthority() (*authority, error) {
	cert, text, err := readCertificate(o.file("ca.pem"))
	if err != nil {
		return nil, err
	}
	keyText, err := os.ReadFile(o.file("ca-key.pem"))
	if err != nil {
		return nil, spec.Errorf(spec.Invalid, "cannot read the key of the authority: %v", err).
			WithHint("renew where the key is kept")
	}
	block, _ := pem.Decode(keyText)
	if block == nil {
		return nil, spec.Errorf(spec.Invalid, "there is no key in %s", o.file("ca-key.pem")).WithHint("restore it from a backup")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, spec.Errorf(spec.Invalid, "the key in %s is not that of ca.pem", o.file("ca-key.pem")).WithHint("restore both from a backup")
	}
	return &authority{cert, key, text}, nil
}

func readCertificate(name string) (*x509.Certificate, []byte, error) {
	text, err := spec.ReadText(name)
	if err != nil {
		return nil, nil, spec.Errorf(spec.Invalid, "cannot read the certificate: %v", err).
			WithHint("to renew a certificate, name the folder that armonic server init made")
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, nil, spec.Errorf(spec.Invalid, "there is no certificate in %s", name).WithHint("restore it from a backup")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, nil, spec.Errorf(spec.Invalid, "cannot read the certificate in %s: %v", name, err).WithHint("restore it from a backup")
	}
	return cert, text, nil
}

// sameDomain reports whether a certificate was made for the domain.
func sameDomain(c *x509.Certificate, domain string) bool { return slices.Contains(c.DNSNames, domain) }
