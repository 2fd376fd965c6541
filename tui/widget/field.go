package widget

import (
	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// Field is a line of text that is being typed: a filter, a command. Its cursor
// does not blink, so that an idle screen stays still.
type Field struct {
	Hidden bool  // the text is a secret: signs stand for its letters
	Rest   Style // of what stands behind the cursor
	in     textinput.Model
	ready  bool
}

// Set replaces the text; the cursor goes to its end.
func (f *Field) Set(text string) {
	f.init()
	f.in.SetValue(text)
	f.in.CursorEnd()
}

// ToStart puts the cursor before the text.
func (f *Field) ToStart() {
	f.init()
	f.in.CursorStart()
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

// Draw shows the text in w columns with its cursor, and where that is. Only what
// is in view is looked at closely, however long the text is.
func (f *Field) Draw(l Look, w int) (string, int) {
	f.init()
	if w <= 0 {
		return "", 0
	}
	text := []rune(f.in.Value())
	if f.Hidden {
		for i := range text {
			text[i] = '*'
		}
	}
	pos := min(f.in.Position(), len(text))
	under, rest := " ", pos
	if pos < len(text) {
		under, rest = Clean(string(text[pos])), pos+1
	}
	from, room := pos, w-max(Width(under), 1)
	for from > 0 {
		n := Width(Clean(string(text[from-1])))
		if n > room {
			break
		}
		from, room = from-1, room-n
	}
	to := rest
	for n := 0; to < len(text) && n <= room; to++ {
		n += Width(Clean(string(text[to])))
	}
	before := Clean(string(text[from:pos]))
	after := f.Rest.Paint(l.Cut(Clean(string(text[rest:to])), w-Width(before)-Width(under)))
	return before + l.Cursor.Paint(under) + after, Width(before)
}

func (f *Field) init() {
	if f.ready {
		return
	}
	f.in, f.ready = textinput.New(), true
	f.in.Cursor.SetMode(cursor.CursorStatic)
	f.in.Focus()
}
