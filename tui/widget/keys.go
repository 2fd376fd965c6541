package widget

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// Action is something a person can do, by whatever key, from the help or from
// the palette.
type Action string

// The actions that several screens know.
const (
	Up       Action = "up"
	Down     Action = "down"
	PageUp   Action = "page up"
	PageDown Action = "page down"
	First    Action = "first"
	Last     Action = "last"
	Left     Action = "left"
	Right    Action = "right"
	Open     Action = "open"
	Back     Action = "back"
	NextPane Action = "next pane"
	PrevPane Action = "previous pane"
	Search   Action = "filter"
	NextHit  Action = "next hit"
	PrevHit  Action = "previous hit"
	Copy     Action = "copy"
	Zoom     Action = "zoom"
	Follow   Action = "follow"
)

// Binding ties keys to an action.
type Binding struct {
	Action Action
	Keys   string // separated by blanks, as the UI library names them; the first is shown
	Label  string // in the footer; "" is not shown there
	Help   string // one line
}

// Moves are the bindings of every list.
func Moves() []Binding {
	return []Binding{
		{Up, "up k", "", "one row up"},
		{Down, "down j", "", "one row down"},
		{PageUp, "pgup", "", "one page up"},
		{PageDown, "pgdown", "", "one page down"},
		{First, "g home", "", "to the first row"},
		{Last, "G end", "", "to the last row"},
	}
}

// Shown is the first key as a person would write it.
func (b Binding) Shown() string {
	k, _, _ := strings.Cut(b.Keys, " ")
	return k
}

// Find gives the action of a key.
func Find(bs []Binding, key string) (Action, bool) {
	for i := range bs {
		for rest := bs[i].Keys; rest != ""; {
			var k string
			k, rest, _ = strings.Cut(rest, " ")
			if k == key {
				return bs[i].Action, true
			}
		}
	}
	return "", false
}

// Name is a key as bindings write it.
func Name(k tea.KeyMsg) string {
	if s := k.String(); s != " " {
		return s
	}
	return "space"
}

// Remap gives actions other keys. Keys that would then mean two things are an
// error which names both.
func Remap(bs []Binding, keys map[Action]string) []Binding {
	if len(keys) == 0 {
		return bs
	}
	out := make([]Binding, len(bs))
	copy(out, bs)
	for i := range out {
		if k, ok := keys[out[i].Action]; ok {
			out[i].Keys = k
		}
	}
	return out
}

// CheckUnique reports a key that two actions claim.
func CheckUnique(bs []Binding) error {
	owner := map[string]Action{}
	for _, b := range bs {
		for _, k := range strings.Fields(b.Keys) {
			if a, ok := owner[k]; ok && a != b.Action {
				return fmt.Errorf("cannot use key %q for both %q and %q", k, a, b.Action)
			}
			owner[k] = b.Action
		}
	}
	return nil
}

// Footer writes the bindings that have a label, as many as fit.
func (l Look) Footer(bs []Binding, w int) string {
	var b strings.Builder
	n := 0
	for _, x := range bs {
		if x.Label == "" {
			continue
		}
		key, label := x.Shown(), x.Label
		need := Width(key) + 1 + Width(label) + 2
		if n+need > w {
			continue
		}
		b.WriteString(l.Key.Paint(key) + " " + label + "  ")
		n += need
	}
	return b.String()
}

// Key makes a binding.
func Key(a Action, keys, label, help string) Binding {
	return Binding{Action: a, Keys: keys, Label: label, Help: help}
}
