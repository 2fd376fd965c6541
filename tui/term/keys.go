package term

import tea "github.com/charmbracelet/bubbletea"

// maxPaste bounds a paste, in runes: more was hardly meant for a field.
const maxPaste = 64 << 10

// Key is the key of a name, as if it had been pressed. A key without a name is a
// letter.
func Key(name string) tea.KeyMsg {
	for _, t := range []tea.KeyType{tea.KeyEnter, tea.KeyEsc, tea.KeyTab, tea.KeyUp, tea.KeyDown, tea.KeyLeft, tea.KeyRight, tea.KeyCtrlO, tea.KeyCtrlG} {
		if k := (tea.KeyMsg{Type: t}); k.String() == name {
			return k
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// Split gives each key of a message alone. The library reads what the terminal
// has ready in one go and makes one message of all letters in it, so that jjj
// would be a key which nobody knows. Pastes stay whole, bounded. A key that came
// right after Esc is one that it takes to be held with Alt: nothing has such keys. Enter
// that was typed before the screen was ours has become ctrl+j on its way.
func Split(k tea.KeyMsg) []tea.KeyMsg {
	if k.Type == tea.KeyCtrlJ {
		k.Type = tea.KeyEnter
	}
	if k.Alt && afterEsc(k.Type) {
		k.Alt = false
		return append([]tea.KeyMsg{{Type: tea.KeyEsc}}, Split(k)...)
	}
	if k.Type != tea.KeyRunes || len(k.Runes) < 2 {
		return []tea.KeyMsg{k}
	}
	if k.Paste {
		if len(k.Runes) > maxPaste {
			k.Runes = k.Runes[:maxPaste]
		}
		return []tea.KeyMsg{k}
	}
	out := make([]tea.KeyMsg, len(k.Runes))
	for i, r := range k.Runes {
		t := tea.KeyRunes
		if r == ' ' {
			t = tea.KeySpace
		}
		out[i] = tea.KeyMsg{Type: t, Runes: []rune{r}}
	}
	return out
}

// afterEsc reports whether a key with Alt cannot be told from Esc and then the key. Alt and
// Backspace is a key that people use, to delete a word.
func afterEsc(t tea.KeyType) bool {
	return t >= 0 && t != tea.KeyBackspace || t == tea.KeyRunes || t == tea.KeySpace
}
