package term_test

import (
	"bytes"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/tui/term"
)

func TestFastKeysAreNotLost(t *testing.T) {
	got := term.Split(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jj x")})
	if len(got) != 4 || got[0].String() != "j" || got[2].Type != tea.KeySpace || got[3].String() != "x" {
		t.Errorf("got %v", got)
	}
}

func TestEnterThatWasTypedTooEarlyIsEnter(t *testing.T) {
	if got := term.Split(tea.KeyMsg{Type: tea.KeyCtrlJ}); len(got) != 1 || got[0].Type != tea.KeyEnter {
		t.Errorf("got %v", got)
	}
}

func TestEscAndTheNextKeyInOneReadAreTwoKeys(t *testing.T) {
	for _, test := range []struct {
		key  tea.KeyMsg
		want string
	}{
		{tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("j"), Alt: true}, "esc j"},
		{tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jk"), Alt: true}, "esc j k"},
		{tea.KeyMsg{Type: tea.KeySpace, Runes: []rune(" "), Alt: true}, "esc  "},
		{tea.KeyMsg{Type: tea.KeyEsc, Alt: true}, "esc esc"},
		{tea.KeyMsg{Type: tea.KeyEnter, Alt: true}, "esc enter"},
		{tea.KeyMsg{Type: tea.KeyUp, Alt: true}, "alt+up"},
		{tea.KeyMsg{Type: tea.KeyBackspace, Alt: true}, "alt+backspace"},
	} {
		var names []string
		for _, k := range term.Split(test.key) {
			names = append(names, k.String())
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s gives %q, want %q", test.key, got, test.want)
		}
	}
}

func TestAPasteStaysWholeAndBounded(t *testing.T) {
	got := term.Split(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Repeat("a", 1<<20)), Paste: true})
	if len(got) != 1 || !got[0].Paste || len(got[0].Runes) > 1<<16 {
		t.Errorf("%d messages, the first of %d runes", len(got), len(got[0].Runes))
	}
}

func TestClipboard(t *testing.T) {
	var b bytes.Buffer
	if err := term.Clipboard(&b, "hello", false); err != nil {
		t.Fatal(err)
	}
	if b.String() != "\x1b]52;c;aGVsbG8=\x07" {
		t.Errorf("got %q", b.String())
	}
	b.Reset()
	if err := term.Clipboard(&b, "hello", true); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\x1bPtmux;") {
		t.Errorf("in tmux: %q", b.String())
	}
}
