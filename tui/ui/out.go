package ui

import tea "github.com/charmbracelet/bubbletea"

// Out is what a screen wants done: a request to whoever routes, handled before
// the next key is looked at, and a command for later.
type Out struct {
	Ask any
	Cmd tea.Cmd
}

// Ask is an Out with a request only.
func Ask(x any) Out { return Out{Ask: x} }

// Point is a place on the screen, counted from 0.
type Point struct{ X, Y int }

// CopyText asks for text to be put on the clipboard.
type CopyText struct {
	Text, What string
}

// Say asks for a line to be shown below the screen.
type Say struct{ Text string }

// GoBack asks for the screen that was shown before.
type GoBack struct{}
