package seal_test

import (
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
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
