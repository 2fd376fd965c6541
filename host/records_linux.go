package host

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/armonic/armonic/spec"
)

// records is the folder in which the commands that run are recorded, a file each; "" is
// none. A file outlives the process that wrote it. It need not outlive a power cut, which
// no command survives, so nothing waits for the disk.
type records string

func (r records) file(t trace) string { return filepath.Join(string(r), t.ID+".json") }

// write records a command. It replaces the whole file or nothing.
func (r records) write(t trace) error {
	if r == "" {
		return nil
	}
	text, err := json.Marshal(t)
	if err == nil {
		err = os.MkdirAll(string(r), 0o700)
	}
	if err == nil {
		err = os.WriteFile(r.file(t)+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(r.file(t)+".new", r.file(t))
	}
	if err != nil {
		return spec.Errorf(spec.Failed, "it cannot be recorded, so it was not started: %v", err)
	}
	return nil
}

func (r records) remove(t trace) {
	if r != "" {
		_ = os.Remove(r.file(t)) // a file that stays names a command that does not run
	}
}

// all reads what is recorded. What cannot be read was being written when it had not begun.
func (r records) all() []trace {
	if r == "" {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(string(r), "*.json"))
	var out []trace
	for _, f := range files {
		var t trace
		if text, err := os.ReadFile(f); err == nil && json.Unmarshal(text, &t) == nil && r.file(t) == f {
			out = append(out, t)
		}
	}
	return out
}
