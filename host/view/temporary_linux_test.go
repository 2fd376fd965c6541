package view

import (
	"os"
	"path/filepath"
	"testing"
)

// What a Put that was interrupted left is removed by the next one, and by Tidy.
func TestWhatAnInterruptedPutLeft(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	owner, group := Real{}.Self()
	file := filepath.Join(dir, "a.conf")
	for name, do := range map[string]func() error{
		"Put": func() error {
			_, err := Real{}.Put(t.Context(), Named{file, Object{Kind: File, Mode: 0o644, Owner: owner, Group: group, Content: "x"}})
			return err
		},
		"Tidy":                       func() error { return Real{}.Tidy(t.Context(), file) },
		"Tidy with nothing to tidy":  func() error { return Real{}.Tidy(t.Context(), file) },
		"Tidy without the directory": func() error { return Real{}.Tidy(t.Context(), filepath.Join(dir, "none", "a.conf")) },
	} {
		left := filepath.Join(dir, temporaryName("a.conf"))
		if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if name == "Tidy with nothing to tidy" {
			os.Remove(left)
		}
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(left); err == nil && name != "Tidy without the directory" {
			t.Errorf("%s: %s is there", name, left)
		}
	}
}
