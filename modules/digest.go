package modules

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
)

// digest stands for what a module is made of: its text, those of the files that it loads, and
// what lies beside each. Where the folder is does not count: the same files are the same on every
// host.
func (l *loader) digest(label string) string {
	h := sha256.New()
	note := func(name, text string) { _, _ = io.WriteString(h, name+"\x00"+text+"\x00") } // it never fails
	seen := map[string]bool{}
	var add func(label string)
	add = func(label string) {
		f := l.files[label]
		if seen[label] || f == nil {
			return
		}
		seen[label] = true
		note(f.path, l.set.texts[label])
		for _, name := range slices.Sorted(maps.Keys(l.beside[label])) {
			note(name, l.beside[label][name])
		}
		for _, other := range f.loads {
			add(other)
		}
	}
	add(label)
	return hex.EncodeToString(h.Sum(nil)[:8])
}
