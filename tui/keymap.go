package tui

import (
	"slices"

	"github.com/armonic/armonic/tui/widget"
)

// KeySection is the keys of a screen, or those of all screens.
type KeySection struct {
	Screen string // "" is all
	Keys   []widget.Binding
}

// Keymap lists all keys, as the manual does: those of all screens first. What has no key of its own
// on every screen, such as moving, is listed where it has one.
func (m *Model) Keymap() []KeySection {
	out := []KeySection{{Keys: append(m.global(), tourKey())}}
	for _, p := range m.pages.all() {
		if p == m.pages.other { // as run
			continue
		}
		screens := []screen{p.screen()}
		if p.checks != nil {
			screens = p.checks()
		}
		x := KeySection{Screen: p.name}
		for _, s := range screens {
			if s == nil {
				continue
			}
			if t, ok := s.(typist); ok && t.Typing() && p == m.pages.catalogue {
				s.Do(widget.NextPane) // its keys are those of a field until then
			}
			for _, b := range s.Bindings() {
				same := func(have widget.Binding) bool { return have.Action == b.Action && have.Keys == b.Keys }
				if b.Help != "" && b.Keys != "" && !slices.ContainsFunc(x.Keys, same) {
					x.Keys = append(x.Keys, b)
				}
			}
		}
		if len(x.Keys) > 0 {
			out = append(out, x)
		}
	}
	return out
}
