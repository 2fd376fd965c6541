package enrol_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
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

// A connection that breaks leaves nothing half done: neither a script is run nor a file written of which
// only the beginning has arrived, and nothing is left of it.
func TestWhatArrivesHalfIsNotDone(t *testing.T) {
	for name, cut := range map[string]func(sent []byte) []byte{
		"in a script": func(sent []byte) []byte { return sent[:bytes.Index(sent, []byte("mkdir"))+len("mkdir -p -m 755 /")] },
		"in a file":   func(sent []byte) []byte { return sent[:len(sent)-1] },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "file")
			sent := recorded(t, func(s *enrol.Shell) {
				if err := s.Put(t.Context(), file, "600", []byte("after that")); err != nil {
					t.Error(err)
				}
			})
			if err := os.WriteFile(file, []byte("before"), 0o600); err != nil {
				t.Fatal(err)
			}
			c := exec.CommandContext(t.Context(), "sh", "-c", enrol.Loop, "")
			c.Stdin = bytes.NewReader(cut(sent))
			if out, err := c.Output(); err != nil && len(out) == 0 {
				t.Fatal(err)
			}
			all, err := os.ReadDir(dir)
			if text, _ := os.ReadFile(file); string(text) != "before" || len(all) != 1 || err != nil {
				t.Errorf("the file has %q; in the folder is %v, %v", text, all, err)
			}
		})
	}
}

// recorded is what a shell is sent.
func recorded(t *testing.T, f func(*enrol.Shell)) []byte {
	t.Helper()
	dir := t.TempDir()
	file, ssh := filepath.Join(dir, "sent"), filepath.Join(dir, "ssh")
	if err := os.WriteFile(ssh, []byte("#!/bin/sh\ntee "+file+" | sh -c '"+enrol.Loop+"' ''\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := enrol.SSH{Command: []string{"sh", ssh}}.Open(t.Context(), enrol.Target{SSH: "host"})
	if err != nil {
		t.Fatal(err)
	}
	f(s)
	s.Close()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Where the disk is full nothing is left of what was begun, and it is said what to do.
func TestADiskThatIsFull(t *testing.T) {
	s, err := enrol.Here(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	if err := os.Symlink("/dev/full", name+".new"); err != nil {
		t.Fatal(err)
	}
	err = s.Put(t.Context(), name, "600", []byte("text"))
	if err == nil || !strings.Contains(err.Error(), "No space left on device") || spec.HintOf(err) != "make room there, then say this again" {
		t.Errorf("%v, with the hint %q", err, spec.HintOf(err))
	}
	if all, _ := os.ReadDir(dir); len(all) > 0 {
		t.Errorf("there is left %v", all)
	}
}
