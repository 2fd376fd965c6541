package widget_test

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/tui/widget"
)

func TestAFilterIsTypedKeptAndCleared(t *testing.T) {
	l := plainLook(t)
	var f widget.Filter
	var list widget.List
	list.Set(5, 3)
	list.To(4)
	if f.On() || f.Title(l, "Hosts") != "Hosts" {
		t.Errorf("nothing typed: %q", f.Title(l, "Hosts"))
	}
	f.Typing = true
	if !f.Type(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("Web")}, &list) || list.Cursor != 0 {
		t.Error("the list is not narrowed from its first row")
	}
	if f.Type(tea.KeyMsg{Type: tea.KeyDown}, &list) || list.Cursor != 1 {
		t.Error("down does not move in the list")
	}
	if got := f.Title(l, "Hosts"); got != "Hosts  filter: Web_" || f.Want() != "web" {
		t.Errorf("%q", got)
	}
	f.Type(tea.KeyMsg{Type: tea.KeyEnter}, &list)
	if got := f.Title(l, "Hosts"); got != "Hosts  filter: Web" || f.Typing {
		t.Errorf("kept: %q", got)
	}
	if !f.Type(tea.KeyMsg{Type: tea.KeyEsc}, &list) || f.On() {
		t.Error("esc does not clear it")
	}
}

func TestTheEndOfALongFilterIsSeen(t *testing.T) {
	var f widget.Filter
	f.Set(strings.Repeat("漢", 64<<10) + "end")
	if got := f.Title(plainLook(t), ""); !strings.HasSuffix(got, "漢漢end") || widget.Width(got) > 40 {
		t.Errorf("%q", got)
	}
}
