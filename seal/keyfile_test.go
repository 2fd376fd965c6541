package seal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func TestASealedSecretNeedsItsKey(t *testing.T) {
	mine := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
	sealed, err := mine.Seal("hush")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := mine.Open(sealed); err != nil || got.Reveal() != "hush" {
		t.Errorf("%v %v", got.Reveal(), err)
	}
	other := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
	if _, err := other.Seal("x"); err != nil {
		t.Fatal(err)
	}
	for _, k := range []seal.KeyFile{other, {Path: filepath.Join(t.TempDir(), "none")}} {
		if _, err := k.Open(sealed); err == nil {
			t.Error("opened with another key")
		}
	}
	if _, err := mine.Open("AAAA"); spec.KindOf(err) != spec.Invalid {
		t.Errorf("nonsense: %v", err)
	}
}

func TestADigestTellsWhetherTwoSecretsAreTheSame(t *testing.T) {
	mine := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
	other := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
	digest := func(k seal.KeyFile, s value.Secret) string {
		d, err := k.Digest(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a := digest(mine, "hush")
	if a != digest(mine, "hush") {
		t.Error("the same secret has two digests")
	}
	if a == digest(mine, "hash") || a == digest(other, "hush") {
		t.Error("another secret, or another key, has the same digest")
	}
}

func TestADamagedKeyIsNamed(t *testing.T) {
	k := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
	if err := os.WriteFile(k.Path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Seal("x"); err == nil || !strings.Contains(err.Error(), k.Path+" is damaged: it has 5 bytes") {
		t.Errorf("error is %v", err)
	}
}

func TestAKeyThatOthersCanReadIsRefused(t *testing.T) {
	k := seal.KeyFile{Path: filepath.Join(t.TempDir(), "key")}
	sealed, err := k.Seal("hush")
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o777} {
		if err := os.Chmod(k.Path, mode); err != nil {
			t.Fatal(err)
		}
		_, sealing := k.Seal("x")
		_, opening := k.Open(sealed)
		_, digesting := k.Digest("x")
		for _, err := range []error{sealing, opening, digesting} {
			if spec.KindOf(err) != spec.Denied || !strings.Contains(spec.HintOf(err), "chmod 600") {
				t.Errorf("mode %04o: %v", mode, err)
			}
		}
	}
	if err := os.Chmod(k.Path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Open(sealed); err != nil {
		t.Error(err)
	}
}
