package powercut_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/internal/powercut"
)

// What is synced is there after a power cut, and what is not is lost.
func TestAPowerCutLosesWhatWasNotSynced(t *testing.T) {
	d := powercut.New(t)
	synced, err := os.Create(filepath.Join(d.Dir, "synced"))
	if err != nil {
		t.Fatal(err)
	}
	defer synced.Close()
	if err := synced.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.Dir, "not"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	after := d.Cut(t)
	if _, err := os.Lstat(filepath.Join(after, "synced")); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(after, "not")); err == nil {
		t.Error("what was not synced is there")
	}
}
