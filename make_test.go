package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMakeNamesTheGoThatItNeeds builds with versions of Go that do not understand go.mod,
// and without one.
func TestMakeNamesTheGoThatItNeeds(t *testing.T) {
	for version, want := range map[string]string{
		"go1.19.8": "is Go 1.19.8, this needs Go 1.", "go1.20": "is Go 1.20, this needs Go 1.", "go1.9": "is Go 1.9, this needs Go 1.",
		"": "there is no Go", "go1.21.0": "", "go1.30rc1": "",
	} {
		fake := filepath.Join(t.TempDir(), "go")
		if version != "" {
			if err := os.WriteFile(fake, []byte("#!/bin/sh\necho go version "+version+" linux/amd64\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for goal, want := range map[string]string{"build": want, "help": ""} {
			out, err := exec.CommandContext(t.Context(), "make", "-n", goal, "GO="+fake).CombinedOutput()
			if (err != nil) != (want != "") || !strings.Contains(string(out), want) {
				t.Errorf("make %s with %q: %v, %s", goal, version, err, out)
			}
		}
	}
}
