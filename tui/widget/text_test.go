package widget_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"github.com/armonic/armonic/tui/widget"
)

func look(t testing.TB, glyphs string) widget.Look {
	t.Helper()
	l, err := widget.NewLook("auto", glyphs)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestForeignTextIsMadeSafe(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"\x1b[31mred\x1b[0m", "red"},
		{"title \x1b]0;evil\x07here", "title here"},
		{"a\tb\nc\rd", "a b c d"},
		{"bell\x07 nul\x00", "bell. nul."},
		{"right\u202eto left", "rightto left"},
		{"zero\u200bwidth\ufeff", "zerowidth"},
		{"bad \xff utf8", "bad ? utf8"},
		{"漢字", "漢字"},
		{"\x9b31mC1", "?31mC1"},
	} {
		if got := widget.Clean(c.in); got != c.want {
			t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestFitIsExact(t *testing.T) {
	for _, glyphs := range widget.GlyphSets() {
		l := look(t, glyphs)
		rapid.Check(t, func(t *rapid.T) {
			s, w := widget.Clean(rapid.String().Draw(t, "text")), rapid.IntRange(0, 90).Draw(t, "width")
			for _, got := range []string{l.Fit(s, w), l.FitRight(s, w), l.Bad.Paint(l.Fit(s, w))} {
				if n := ansi.StringWidth(got); n != w {
					t.Fatalf("%q is %d wide instead of %d", got, n, w)
				}
			}
			if n := ansi.StringWidth(l.Pick(s, w+2, true, true)); n != w+2 {
				t.Fatalf("a picked row is %d wide instead of %d", n, w+2)
			}
			if n := widget.Width(l.CutLeft(s, w)); n > w {
				t.Fatalf("CutLeft gives %d of %d columns", n, w)
			}
		})
	}
}

func TestCleanTextIsOneSafeLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := widget.Clean(rapid.String().Draw(t, "text"))
		if strings.ContainsAny(s, "\n\r\t\x1b\x07\x00") || ansi.Strip(s) != s {
			t.Fatalf("%q is not clean", s)
		}
		if again := widget.Clean(s); again != s {
			t.Fatalf("cleaning %q again gives %q", s, again)
		}
	})
}

func TestPanesAndBoxesAreExact(t *testing.T) {
	l := look(t, "unicode")
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(0, 80).Draw(t, "w"), rapid.IntRange(0, 20).Draw(t, "h")
		title, right, foot := rapid.String().Draw(t, "title"), rapid.String().Draw(t, "right"), rapid.String().Draw(t, "foot")
		var body []string
		for _, s := range rapid.SliceOf(rapid.String()).Draw(t, "body") {
			body = append(body, widget.Clean(s))
		}
		pane := l.Pane(widget.Rule{Title: title, Note: right, More: foot, Focus: rapid.Bool().Draw(t, "focus")}, w, h, body)
		box := l.Box(title, foot, max(w, 2), max(h, 2), body)
		for what, lines := range map[string][]string{"pane": pane, "box": box} {
			wide, high := w, h
			if what == "box" {
				wide, high = max(w, 2), max(h, 2)
			}
			if len(lines) != high {
				t.Fatalf("%s: %d lines instead of %d", what, len(lines), high)
			}
			for _, s := range lines {
				if n := ansi.StringWidth(s); n != wide {
					t.Fatalf("%s: %q is %d wide instead of %d", what, s, n, wide)
				}
			}
		}
	})
}

func TestFlexFillsTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(20, 200).Draw(t, "total")
		got := widget.Flex(total, 2, -1, 0, 8, -3)
		sum := 3 // blanks between four columns
		for _, w := range got {
			sum += w
		}
		if sum != total {
			t.Fatalf("%v and blanks are %d of %d columns", got, sum, total)
		}
	})
}

func TestAPopupKeepsTheWidthOfWideCharacters(t *testing.T) {
	l := look(t, "unicode")
	var screen []string
	for range 9 {
		screen = append(screen, l.Fit("漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字", 40))
	}
	for w := 3; w < 30; w++ {
		for _, s := range widget.Over(screen, l.Box("x", "", w, 5, nil), 40) {
			if n := ansi.StringWidth(s); n != 40 {
				t.Fatalf("popup of %d: %d columns: %q", w, n, s)
			}
		}
	}
}
