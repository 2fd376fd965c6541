package widget

// Request is what a screen asks of whoever routes, handled before the next key is
// looked at; nil is nothing. The screens define their own; those of all are here.
type Request any

// CopyText asks for text to be put on the clipboard.
type CopyText struct {
	Text, What string
}

// GoBack asks for the screen that was shown before.
type GoBack struct{}
