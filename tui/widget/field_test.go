package widget_test

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/armonic/armonic/tui/widget"
)

func plainLook(t *testing.T) widget.Look {
	t.Helper()
	l, err := widget.NewLook("none", "unicode")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAFieldFitsWhateverIsInIt(t *testing.T) {
	l := plainLook(t)
	rapid.Check(t, func(t *rapid.T) {
		var f widget.Field
		f.Set(rapid.StringOfN(rapid.SampledFrom([]rune("ab漢字 é\u0301\u200d\x1b")), 0, 60, -1).Draw(t, "text"))
		for range rapid.IntRange(0, 30).Draw(t, "left") {
			f.Type(tea.KeyMsg{Type: tea.KeyLeft})
		}
		w := rapid.IntRange(2, 20).Draw(t, "w")
		s, x := f.Draw(l, w)
		if n := ansi.StringWidth(s); n > w || x >= w {
			t.Fatalf("%d columns, cursor at %d, of %d: %q", n, x, w, s)
		}
	})
}

func TestAFieldShowsWhatIsLeftOfTheCursor(t *testing.T) {
	var f widget.Field
	f.Set(strings.Repeat("漢字", 40))
	s, x := f.Draw(plainLook(t), 20)
	if s = strings.TrimSpace(ansi.Strip(s)); s != "字漢字漢字漢字漢字" || x != 18 {
		t.Errorf("%q, cursor at %d", s, x)
	}
}

func TestAHiddenFieldShowsNoLetter(t *testing.T) {
	f := widget.Field{Hidden: true}
	f.Set("s漢c")
	f.Type(tea.KeyMsg{Type: tea.KeyLeft})
	if s, _ := f.Draw(plainLook(t), 20); strings.TrimSpace(ansi.Strip(s)) != "***" {
		t.Errorf("%q", s)
	}
}

func TestALongPasteStallsNoField(t *testing.T) {
	var f widget.Field
	f.Set(strings.Repeat("漢", 64<<10))
	start := time.Now()
	f.Draw(plainLook(t), 80)
	if d := time.Since(start); d > time.Second {
		t.Errorf("drawing took %v", d)
	}
}
