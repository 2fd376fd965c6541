package widget

import (
	"fmt"
	"slices"
	"strconv"
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
	Not    string // why it is not possible now; "" is that it is
}

// Unless says why the action is not possible now; "" is that it is.
func (b Binding) Unless(why string) Binding {
	b.Not = why
	return b
}

// Changes reports whether the key is one that changes a server, after one more question.
func (b Binding) Changes() bool {
	return slices.Contains([]string{"R", "S", "B", "M", "X", "T", "C"}, b.Shown())
}

// Moves are the bindings of every list.
func Moves() []Binding {
	return []Binding{
		Key(Up, "up k", "", "one row up"),
		Key(Down, "down j", "", "one row down"),
		Key(PageUp, "pgup", "", "one page up"),
		Key(PageDown, "pgdown", "", "one page down"),
		Key(First, "g home", "", "to the first row"),
		Key(Last, "G end", "", "to the last row"),
	}
}

// Shown is the first key as a person would write it.
func (b Binding) Shown() string {
	k, _, _ := strings.Cut(b.Keys, " ")
	return k
}

// Find gives the action of a key.
func Find(bs []Binding, key string) (Action, bool) {
	b, ok := FindBinding(bs, key)
	return b.Action, ok
}

// FindBinding gives the binding of a key. One that is possible goes before one that is not.
func FindBinding(bs []Binding, key string) (found Binding, ok bool) {
	for i := range bs {
		if ok && (bs[i].Not != "" || found.Not == "") {
			continue
		}
		for rest := bs[i].Keys; rest != ""; {
			var k string
			k, rest, _ = strings.Cut(rest, " ")
			if k == key {
				found, ok = bs[i], true
			}
		}
	}
	return found, ok
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

// Key makes a binding.
func Key(a Action, keys, label, help string) Binding {
	return Binding{Action: a, Keys: keys, Label: label, Help: help}
}

// otherWords are words by which people look for what an action does.
//
//nolint:gochecknoglobals // a table
var otherWords = map[string]string{
	"undo":    "revert take back out",
	"redo":    "again repeat",
	"refresh": "reload reread update read again",
	"quit":    "exit leave close stop",
	"back":    "undo leave cancel previous",
	"filter":  "search find grep",
	"copy":    "yank clipboard",
	"run":     "start execute apply deploy go",
	"retry":   "again repeat",
	"replay":  "again repeat restart rerun",
	"cancel":  "stop abort kill",
	"write":   "save export",
	"save":    "write export",
	"open":    "show enter details",
	"drift":   "diff changed check compare",
	"deploy":  "install start add new",
	"skip":    "ignore",
	"read":    "refresh reload update",
	"look":    "refresh reload update",
	"zoom":    "maximize full fullscreen",
	"roll":    "undo revert rollback take",
	"wall":    "overview grid",
	"edit":    "change",
	"help":    "keys",
}

// OtherWords are words by which a binding is found besides those that it says.
func OtherWords(b Binding) string {
	var out []string
	for _, w := range strings.Fields(strings.ToLower(string(b.Action) + " " + b.Label)) {
		out = append(out, otherWords[w])
	}
	return strings.Join(out, " ")
}

// Near names an action that a name may have meant, as a hint to be added to an error.
func Near(name string, known map[Action]bool) string {
	best := ""
	for a := range known {
		if strings.Contains(string(a), name) || strings.Contains(name, string(a)) {
			if best == "" || string(a) < best {
				best = string(a)
			}
		}
	}
	if best == "" {
		return ""
	}
	return "; is " + strconv.Quote(best) + " meant?"
}
