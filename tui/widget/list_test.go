package widget_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/armonic/armonic/tui/widget"
)

func TestTheCursorIsAlwaysInTheWindow(t *testing.T) {
	moves := []widget.Action{widget.Up, widget.Down, widget.PageUp, widget.PageDown, widget.First, widget.Last}
	rapid.Check(t, func(t *rapid.T) {
		var l widget.List
		for range 50 {
			if rapid.Bool().Draw(t, "resize") {
				l.Set(rapid.IntRange(0, 40).Draw(t, "n"), rapid.IntRange(1, 12).Draw(t, "height"))
			}
			l.Do(rapid.SampledFrom(moves).Draw(t, "move"))
			from, to := l.Window()
			if l.Len() > 0 && (l.Cursor < from || l.Cursor >= to) {
				t.Fatalf("cursor %d is not in %d..%d", l.Cursor, from, to)
			}
			if from < 0 || to > l.Len() {
				t.Fatalf("window %d..%d of %d", from, to, l.Len())
			}
		}
	})
}

func TestKeysFindTheirAction(t *testing.T) {
	bs := []widget.Binding{widget.Key("one", "a space", "", ""), widget.Key("two", "ctrl+x", "", "")}
	for key, want := range map[string]widget.Action{"a": "one", "space": "one", "ctrl+x": "two", "x": ""} {
		if got, _ := widget.Find(bs, key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if err := widget.CheckUnique(append(bs, widget.Key("three", "a", "", ""))); err == nil {
		t.Error("a key that two actions claim is not reported")
	}
}
