package term

import (
	"io"

	"github.com/aymanbagabas/go-osc52/v2"
)

// Clipboard puts text on the clipboard of the terminal's owner, also over SSH
// (OSC 52). Inside tmux the sequence is sent both to tmux and through it, because
// which of the two works depends on its configuration.
func Clipboard(w io.Writer, text string, tmux bool) error {
	s := osc52.New(text)
	out := s.String()
	if tmux {
		out += s.Tmux().String()
	}
	_, err := io.WriteString(w, out)
	return err
}
