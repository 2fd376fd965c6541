package session_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Who names authorities trusts these, and no others.
func TestAuthoritiesOfAFileAreTheOnlyOnes(t *testing.T) {
	text, err := os.ReadFile("testdata/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	want := x509.NewCertPool()
	want.AppendCertsFromPEM(text)
	if got, err := session.Authorities("testdata/ca.pem"); err != nil || !got.Equal(want) {
		t.Errorf("others are trusted, error %v", err)
	}
	if got, err := session.Authorities(""); err != nil || got != nil {
		t.Errorf("the system's are not, error %v", err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, empty + ".not"} {
		if _, err := session.Authorities(file); spec.KindOf(err) != spec.Invalid || spec.HintOf(err) == "" {
			t.Errorf("%s: %v", file, err)
		}
	}
}
