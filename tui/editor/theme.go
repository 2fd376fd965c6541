package editor

import (
	"io"

	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// theme dresses the form library's fields plainly, alike in every look. Its renderer is our own, so
// that nothing is asked of the terminal and tests see what people see.
func theme() *huh.Theme {
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(termenv.ANSI))
	r.SetColorProfile(termenv.ANSI)
	r.SetHasDarkBackground(true)
	plain := r.NewStyle()
	t := huh.ThemeBase()
	t.Focused = huh.FieldStyles{
		Base:           plain,
		Title:          plain.Bold(true),
		SelectSelector: plain.SetString("> "),
		Option:         plain,
		SelectedOption: plain.Reverse(true),
		NextIndicator:  plain.SetString(">"),
		PrevIndicator:  plain.SetString("<"),
		FocusedButton:  plain.Reverse(true).SetString(">").Padding(0, 1),
		BlurredButton:  plain.SetString(" ").Padding(0, 1),
		TextInput:      huh.TextInputStyles{Cursor: plain, CursorText: plain, Placeholder: plain, Prompt: plain, Text: plain},
	}
	t.Blurred = t.Focused
	return t
}
