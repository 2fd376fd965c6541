package ui

import (
	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// Field is a line of text that is being typed: a filter, a command. Its cursor
// does not blink, so that an idle screen stays still.
type Field struct {
	in    textinput.Model
	ready bool
}

// Set replaces the text; the cursor goes to its end.
func (f *Field) Set(text string) {
	f.init()
	f.in.SetValue(text)
	f.in.CursorEnd()
}

// Text is what was typed.
func (f *Field) Text() string {
	if !f.ready {
		return ""
	}
	return f.in.Value()
}

// Type handles a key, and reports whether the text changed.
func (f *Field) Type(k tea.KeyMsg) bool {
	f.init()
	old := f.in.Value()
	f.in, _ = f.in.Update(k)
	return f.in.Value() != old
}

// Draw shows the text in w columns with its cursor, and where that is.
func (f *Field) Draw(l Look, w int) (string, int) {
	f.init()
	if w <= 0 {
		return "", 0
	}
	text := []rune(f.in.Value())
	pos := min(f.in.Position(), len(text))
	from := 0
	for from < pos && Width(Clean(string(text[from:pos]))) >= w {
		from++
	}
	before, under, after := Clean(string(text[from:pos])), " ", ""
	if pos < len(text) {
		under, after = Clean(string(text[pos])), Clean(string(text[pos+1:]))
	}
	room := w - Width(before) - Width(under)
	return before + l.Cursor.Paint(under) + l.Cut(after, room), Width(before)
}

func (f *Field) init() {
	if f.ready {
		return
	}
	f.in, f.ready = textinput.New(), true
	f.in.Cursor.SetMode(cursor.CursorStatic)
	f.in.Focus()
}
