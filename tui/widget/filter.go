package widget

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// Filter narrows a list to the rows that contain a text.
type Filter struct {
	Field
	Typing bool
}

// Want is the text that rows must contain, in small letters.
func (f *Filter) Want() string { return strings.ToLower(f.Text()) }

// On reports whether the filter is seen: it has a text, or is to get one.
func (f *Filter) On() bool { return f.Typing || f.Text() != "" }

// Clear takes the filter away.
func (f *Filter) Clear() {
	f.Set("")
	f.Typing = false
}

// Bindings are the keys that work while typing.
func (*Filter) Bindings() []Binding {
	return []Binding{
		Key(Open, "enter", "keep filter", "keep the filter"),
		Key(Back, "esc", "clear", "clear the filter"),
	}
}

// Type handles a key while typing; up and down move in the list that is narrowed.
// It reports whether the list must be narrowed anew.
func (f *Filter) Type(k tea.KeyMsg, l *List) bool {
	switch Name(k) {
	case "esc":
		f.Clear()
		return true
	case "enter":
		f.Typing = false
	case "up":
		l.Do(Up)
	case "down":
		l.Do(Down)
	default:
		if f.Field.Type(k) {
			l.To(0)
			return true
		}
	}
	return false
}

// Title adds the filter to the title of a pane: the end of its text, where somebody
// types.
func (f *Filter) Title(l Look, title string) string {
	if !f.On() {
		return title
	}
	if title != "" {
		title += "  "
	}
	title += "filter: " + l.CutLeft(Clean(f.Text()), 30)
	if f.Typing {
		title += "_"
	}
	return title
}
