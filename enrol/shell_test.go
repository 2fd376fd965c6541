package enrol_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
)

// A shell runs one script after the other, whatever they do with their input.
func TestAShellRunsScripts(t *testing.T) {
	s, err := enrol.Here(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	large := bytes.Repeat([]byte("0 0\nrm -rf\n\x00\xff'\"$`"), 100_000)
	for _, tt := range []struct {
		script string
		input  []byte
		out    string
		fails  string
	}{
		{script: "echo one", out: "one"},
		{script: "printf 'two\nlines'", out: "two\nlines"},
		{script: "wc -c", input: large, out: fmt.Sprint(len(large))},
		{script: "head -c 1", input: large, out: "0"},
		{script: "true", input: large},
		{script: "exit 3", input: large, fails: "it ended with 3"},
		{script: "echo why >&2; false", fails: "why"},
		{script: "echo 'it'\\''s' \"$((1+1))\"", out: "it's 2"},
		{script: "read -r a; echo \"$a\"", input: []byte("- %s\n"), out: "- %s"},
		{script: "cat", out: ""},
		{script: "echo last", out: "last"},
	} {
		out, err := s.Run(t.Context(), tt.script, tt.input)
		if tt.fails != "" {
			if spec.KindOf(err) != spec.Failed || err.Error() != tt.fails {
				t.Errorf("%s: %v, want %s", tt.script, err, tt.fails)
			}
			continue
		}
		if strings.TrimRight(out, "\n") != tt.out || err != nil {
			t.Errorf("%s: %.80q, %v, want %q", tt.script, out, err, tt.out)
		}
	}
	name := filepath.Join(t.TempDir(), "a", "file")
	if err := s.Put(t.Context(), name, "600", large); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if got, _ := os.ReadFile(name); !bytes.Equal(got, large) || err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has %d bytes, %v", len(got), err)
	}
}
