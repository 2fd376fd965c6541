package widget

import "strings"

// Style is how text is shown: the parameters of an SGR sequence, "" for plain.
type Style string

// Paint puts text in the style. The text must have no style of its own.
func (s Style) Paint(text string) string {
	if s == "" || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// And is the style with more parameters.
func (s Style) And(more Style) Style {
	if s == "" {
		return more
	}
	return s + ";" + more
}

// Reversed is a block in a style.
func Reversed(s Style) Style { return Style(strings.TrimSuffix("7;"+string(s), ";")) }

// Strong is for names that stand above what belongs to them, in every theme.
const Strong Style = "1"

// Theme gives each role of text its style.
type Theme struct {
	Name   string
	Title  Style // of the program and of panes
	Head   Style // of columns and sections
	Frame  Style // borders
	Focus  Style // borders of the pane that has the keys
	Cursor Style // the row where the cursor is
	Rest   Style // that row in a pane which has not the keys
	Good   Style
	Bad    Style
	Warn   Style
	Busy   Style // what runs
	Unsure Style // what is being checked, what nobody knows
	Dim    Style
	Key    Style // keys in the footer
}

// Themes lists the names that NewLook takes, the default first.
func Themes() []string { return []string{"auto", "dark", "light", "none", "blue-orange"} }

func themeOf(name string) (Theme, bool) {
	base := Theme{Name: name, Title: "1", Head: "1", Focus: "1", Cursor: "7", Rest: "4", Bad: "1", Key: "1"}
	switch name {
	case "none":
	case "", "auto": // the terminal's own 16 colours, none that only one background suits
		base.Name = "auto"
		base.Title, base.Frame, base.Focus, base.Key, base.Head = "1;36", "90", "36", "1;36", "2"
		base.Good, base.Bad, base.Warn, base.Busy, base.Unsure, base.Dim = "32", "1;31", "33", "94", "35", "2"
	case "dark":
		base.Title, base.Frame, base.Focus, base.Key = "1;96", "90", "96", "1;96"
		base.Good, base.Bad, base.Warn, base.Busy, base.Unsure, base.Dim, base.Head = "92", "1;91", "93", "94", "95", "37", "37"
	case "light":
		base.Title, base.Frame, base.Focus, base.Key, base.Head = "1;36", "90", "36", "1;36", "2"
		base.Good, base.Bad, base.Warn, base.Busy, base.Unsure, base.Dim = "32", "1;31", "30;43", "34", "35", "2"
	case "blue-orange": // for those to whom red and green are one colour
		base.Title, base.Frame, base.Focus, base.Key = "1;38;5;39", "38;5;244", "38;5;39", "1;38;5;39"
		base.Good, base.Bad, base.Warn, base.Busy, base.Unsure = "38;5;33", "1;38;5;208", "38;5;214", "38;5;81", "38;5;176"
		base.Dim, base.Head = "38;5;246", "38;5;246"
	default:
		return Theme{}, false
	}
	return base, true
}
